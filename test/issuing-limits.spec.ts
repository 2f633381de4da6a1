import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { AppProcess } from './harness/app-process.js';
import { authorizations, beforeDeadline, expectDecision } from './harness/issuing-fault-test.js';
import { authorizationRequest, issuingEnvironment } from './harness/issuing-test.js';
import { createDatabase, redisUrl, type TestDatabase, uniquePrefix } from './harness/stack.js';
import { type Asked, burst } from './harness/steady-load.js';
import { StoreWatch } from './harness/store-watch.js';

const ROUNDS = 50;
const AT_ONCE = 20;

/** Per card and day in the first two, for all cards together in the third. */
const LIMIT = { usd: 1_000, eur: 240, eurPlatform: 36_000 };

const RULES = `
  INSERT INTO spending_rule (name, livemode, scope, currency, period, max_total) VALUES
  ('cards', false, 'card', 'usd', 'day', ${LIMIT.usd}),
  ('cards in euro', false, 'card', 'eur', 'day', ${LIMIT.eur}),
  ('all in euro', false, 'platform', 'eur', 'month', ${LIMIT.eurPlatform})`;

describe('limits that two instances share', () => {
  let database: TestDatabase;
  let watch: StoreWatch;
  let instances: AppProcess[];
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'turnpike-issuing-'));

  beforeAll(async () => {
    database = await createDatabase();
    watch = await StoreWatch.open(database.url);
    await watch.query(RULES);
    const servers = { databaseUrl: database.url, redisUrl: redisUrl(), prefix: uniquePrefix() };
    const start = () => AppProcess.start({ ...servers, env: issuingEnvironment(dataDir) });
    instances = await Promise.all([start(), start()]);
  });
  afterAll(async () => {
    await Promise.all(instances.map((instance) => instance.stop()));
    await watch.close();
    await database.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** All at the same time, every other one at the other instance. */
  const askBoth = async (requests: { card: string; amount: number; currency?: string }[]) => {
    const events = requests.map(({ card, amount, currency = 'usd' }) =>
      authorizationRequest(amount, { card, currency }),
    );
    const halves = instances.map(({ url }, i) =>
      burst(
        url,
        events.filter((_, n) => n % instances.length === i),
        authorizations,
      ),
    );
    const asked = (await Promise.all(halves)).flat();
    expectDecision(asked);
    await expectNoFallback(beforeDeadline(asked));
    return asked;
  };

  /** Whoever was answered before the deadline was answered by the rules. */
  const expectNoFallback = async (asked: Asked[]) => {
    const ids = asked.map(({ event }) => event.id);
    const fallbacks = 'SELECT event_id FROM issuing_decision WHERE fallback AND event_id = ANY ($1)';
    expect(await watch.query(fallbacks, [ids])).toEqual([]);
  };

  /** Waits until the totals hold what the ledger says was granted. */
  const untilLedgerAgrees = (currency: string) =>
    watch.until<{ off: string }>(
      `SELECT (SELECT sum(amount) FROM spending_total JOIN spending_rule ON id = rule_id
               WHERE currency = $1 AND scope = 'card')
            - (SELECT sum(held) FROM issuing_decision WHERE currency = $1) AS off`,
      [currency],
      ([row]) => Number(row?.off) === 0,
    );

  it(`are never overspent, and decline nobody whom they have room for: ${ROUNDS} rounds of ${AT_ONCE} at once`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const card = `ic_over_${round}`;
      const asked = await askBoth(randomAmounts(AT_ONCE, 2 * LIMIT.usd).map((amount) => ({ card, amount })));
      expect(granted(asked)).toBeLessThanOrEqual(LIMIT.usd);
      const smallestDeclined = Math.min(...declined(asked).map(amountOf));
      expect(granted(asked) + smallestDeclined).toBeGreaterThan(LIMIT.usd);
    }
    await untilLedgerAgrees('usd');
  });

  it(`let everybody pass whose sum just fits: ${ROUNDS} rounds of ${AT_ONCE} at once`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const card = `ic_fits_${round}`;
      const asked = await askBoth(randomAmounts(AT_ONCE, LIMIT.usd).map((amount) => ({ card, amount })));
      expect(declined(asked).map(amountOf)).toEqual([]);
    }
    await untilLedgerAgrees('usd');
  });

  it('hold for a card and for all cards at once, and no two wait for each other', async () => {
    const cards = ['ic_euro_0', 'ic_euro_1', 'ic_euro_2', 'ic_euro_3'];
    let spent = 0;
    for (let round = 0; round < ROUNDS || spent <= LIMIT.eurPlatform - 1_000; round++) {
      const ofRound = cards.map((card) => `${card}_${round}`);
      const requests = randomAmounts(AT_ONCE, 1_000).map((amount, i) => ({
        card: ofRound[i % ofRound.length] ?? '',
        amount,
        currency: 'eur',
      }));
      const asked = await askBoth(requests);
      spent += granted(asked);
      expect(spent).toBeLessThanOrEqual(LIMIT.eurPlatform);
      for (const one of declined(asked)) {
        const onCard = granted(asked.filter(({ event }) => cardOf({ event }) === cardOf(one)));
        const fitsCard = onCard + amountOf(one) <= LIMIT.eur;
        const fitsAll = spent + amountOf(one) <= LIMIT.eurPlatform;
        expect(fitsCard && fitsAll).toBe(false);
      }
    }
    await untilLedgerAgrees('eur');
    const [stat] = await watch.query(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
    expect(stat).toEqual({ deadlocks: '0' });
  });
});

const amountOf = ({ event }: Pick<Asked, 'event'>) => event.data.object.pending_request?.amount ?? 0;
const cardOf = ({ event }: Pick<Asked, 'event'>) => event.data.object.card.id;
const granted = (asked: Asked[]) =>
  asked.reduce((sum, one) => sum + (one.body.approved ? amountOf(one) : 0), 0);
/** By the rules: on a busy machine some decisions come too late, and are declined for that. */
const declined = (asked: Asked[]) => beforeDeadline(asked).filter(({ body }) => !body.approved);

/** Positive amounts with this sum. */
function randomAmounts(count: number, sum: number): number[] {
  const cuts = new Set<number>();
  while (cuts.size < count - 1) cuts.add(1 + Math.floor(Math.random() * (sum - 1)));
  const ends = [...cuts, sum].toSorted((a, b) => a - b);
  return ends.map((end, i) => end - (ends[i - 1] ?? 0));
}
