import { ASKING_CARD } from './no-op.js';

export const LEDGER_ROWS = 1_000_000;

/** A month's decisions on each card of a platform with 10,000 cards: half of them are cards that a policy asks about. */
const DECISIONS_PER_CARD = 100;
export const CARDS_OF_A_KIND = LEDGER_ROWS / DECISIONS_PER_CARD / 2;

/** Decisions of the last 30 days. */
export const FILL_LEDGER = `
  INSERT INTO issuing_decision (event_id, authorization_id, card_id, cardholder_id, livemode, requested_at, decided_at,
                                currency, asked, approved, granted, partial, reason, fallback, latency_ms, held)
  SELECT 'evt_bench_' || n, 'iauth_bench_' || n,
         CASE n % 2 WHEN 0 THEN 'ic_bench_' ELSE '${ASKING_CARD}' END || n / 2 % ${CARDS_OF_A_KIND},
         'ich_bench_' || n / 2 % ${CARDS_OF_A_KIND}, false, at, at, 'usd', 2350, true, 2350, false, 'default', false, 3, 2350
  FROM generate_series(1, ${LEDGER_ROWS}) AS n,
       LATERAL (SELECT now() - n * interval '30 days' / ${LEDGER_ROWS} AS at) AS time`;

const COLUMNS = 'name, livemode, scope, scope_id, currency, max_amount, period, max_total, max_count';

/** Nine rules that concern every request and forbid none; four of them have a total to take from. */
export const NINE_RULES = [
  `INSERT INTO spending_rule (${COLUMNS}) VALUES
   ('platform per month', false, 'platform',   NULL, 'usd', NULL,    'month', 1e15, NULL),
   ('card per day',       false, 'card',       NULL, 'usd', NULL,    'day',   1e15, NULL),
   ('card per week',      false, 'card',       NULL, NULL,  NULL,    'week',  NULL, 1000000000),
   ('holder per month',   false, 'cardholder', NULL, 'usd', NULL,    'month', 1e15, NULL),
   ('at once',            false, 'platform',   NULL, 'usd', 1000000, NULL,    NULL, NULL)`,
  `INSERT INTO spending_rule (name, livemode, scope, blocked_categories) VALUES
   ('no gambling', false, 'platform', '{betting_casino_gambling,7995}')`,
  `INSERT INTO spending_rule (name, livemode, scope, blocked_countries) VALUES ('countries', false, 'platform', '{XX,YY}')`,
  `INSERT INTO spending_rule (name, livemode, scope, blocked_methods) VALUES ('methods', false, 'card', '{swipe}')`,
  `INSERT INTO spending_rule (name, livemode, scope, blocked_presence) VALUES ('presence', false, 'card', '{unknown}')`,
];

/** Limits that single cards have, as they come with a growing platform. */
export const RULES_OF_OTHER_CARDS = [
  `INSERT INTO spending_rule (name, livemode, scope, scope_id, currency, period, max_total)
   SELECT 'card ' || n, false, 'card', 'ic_other_' || n, 'usd', 'day', 100000 FROM generate_series(1, 990) AS n`,
];

/** The worst that can be: each of them is looked at for every request. */
export const RULES_FOR_ALL = [
  `UPDATE spending_rule SET enabled = false WHERE scope_id LIKE 'ic_other_%'`,
  `INSERT INTO spending_rule (name, livemode, scope, blocked_categories)
   SELECT 'category ' || n, false, 'platform', ARRAY['category_' || n] FROM generate_series(1, 990) AS n`,
];

/** Declines everything on one card: whoever sees that has all rules that were made before. */
export const blockCard = (card: string): string =>
  `INSERT INTO spending_rule (name, livemode, scope, scope_id, currency, max_amount)
   VALUES ('probe', false, 'card', '${card}', 'usd', 0)`;
