import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createEvent } from '../../src/event-factories/create-event.js';
import { PayoutLife, type PayoutStep } from './payouts-life.js';
import { payoutsTest } from './payouts-test.js';

/** How a payout may go; paid is not always the end. */
const LIVES: PayoutStep[][] = [
  ['created', 'updated', 'paid'],
  ['created', 'updated', 'paid', 'failed'],
  ['created', 'failed'],
  ['created', 'updated', 'canceled'],
];
const PAYOUTS = 100;
/** The last three of them never report a change, so only Stripe knows their addresses. */
const ACCOUNTS = Array.from({ length: 10 }, (_, i) => `acct_order${i}`);
const SILENT = ACCOUNTS.slice(-3);

const start = Math.floor(Date.now() / 1_000) - 100_000;
const emailOf = (account: string, version: number) => `v${version}-${account}@shop.example.com`;

const lives = Array.from({ length: PAYOUTS }, (_, i) => ({
  steps: LIVES[i % LIVES.length] ?? [],
  life: new PayoutLife({
    account: ACCOUNTS[i % ACCOUNTS.length],
    created: start + i * 100,
    amount: 1_000 + i,
    destination: `ba_order${i % 40}`, // some share it
  }),
}));

const VERSIONS = [1, 2, 3];

/** Everything that Stripe tells, in the order in which it happened. */
const history = [
  ...lives.flatMap(({ life, steps }) => steps.map((step, n) => life.event(step, n * 8))),
  ...ACCOUNTS.filter((account) => !SILENT.includes(account)).flatMap((account) =>
    VERSIONS.map((version) => {
      const object = { email: emailOf(account, version) };
      return createEvent('account.updated', { account, livemode: true, created: start + version, object });
    }),
  ),
  ...VERSIONS.map((amount) =>
    createEvent('balance.available', {
      account: ACCOUNTS[0],
      livemode: true,
      created: start + amount,
      object: { available: [{ amount, currency: 'usd' }] },
    }),
  ),
  // The third one only says that Stripe has given the account up.
  ...['new', 'verified', 'errored'].map((status, i) => {
    const number = [1, 5, 2][i] ?? 0;
    return createEvent('account.external_account.updated', {
      account: ACCOUNTS[number],
      livemode: true,
      created: start + 50_000,
      object: { id: `ba_order${number}`, status },
    });
  }),
].toSorted((a, b) => a.created - b.created);

/** The external accounts that are out of order when all is over: whatever happened last counts. */
function openProblems(): string[] {
  const open = new Set<string>();
  for (const { type, data } of history) {
    const {
      id,
      destination = '',
      status,
    } = data.object as { id: string; destination?: string; status?: string };
    if (type === 'payout.failed') open.add(destination);
    if (type === 'payout.paid') open.delete(destination);
    if (type === 'account.external_account.updated' && status !== 'errored') open.delete(id);
  }
  return [...open].toSorted();
}

const expected = {
  payouts: Object.fromEntries(lives.map(({ life, steps }) => [life.id, steps.at(-1)])),
  problems: openProblems(),
  emails: ACCOUNTS.map((account) => emailOf(account, 3)),
  balances: [3],
  mail: lives
    .flatMap(({ life, steps }) => {
      const kinds = steps.includes('failed') ? ['created', 'failed', 'failed.platform'] : ['created'];
      return kinds.map((kind) => `payout.${kind}/${life.id}/${life.account}`);
    })
    .toSorted(),
};

const STATE = `
  SELECT (SELECT json_object_agg(id, status) FROM payout) AS payouts,
         (SELECT json_agg(external_account ORDER BY external_account COLLATE "C") FROM external_account_problem
          WHERE open) AS problems,
         (SELECT json_agg(email ORDER BY account) FROM account_contact) AS emails,
         (SELECT json_agg(available #> '{0,amount}') FROM account_balance) AS balances,
         (SELECT json_agg(key ORDER BY key COLLATE "C") FROM outgoing_mail) AS mail`;

describe('a hundred payouts whose events come in any order, some of them more than once', () => {
  const test = payoutsTest({}, (account) => emailOf(account, 3));
  // Part of what is compared, so that a failure says with which seed to repeat it.
  const seed = Date.now() % 2 ** 31;
  const ids = history.map(({ id }) => id);
  const state = async () => ({ seed, ...(await test.watch.query(STATE))[0] });

  it('come to the same state and one message of each kind, and so does a replay of everything', async () => {
    const repeated = history.flatMap((event, i) =>
      Array.from({ length: 1 + Number(i % 3 === 0) }, () => event),
    );
    const all = { minLength: repeated.length, maxLength: repeated.length };
    const [shuffled = []] = fc.sample(fc.shuffledSubarray(repeated, all), { numRuns: 1, seed });
    const rest = shuffled.values();
    const sender = async () => {
      for (const event of rest) await test.deliver(event);
    };
    await Promise.all(Array.from({ length: 10 }, sender));
    await test.watch.untilFinished(ids);
    await test.mail.until(expected.mail, 'sent');
    expect(await state()).toEqual({ seed, ...expected });

    const { accepted } = test.mail.smtp;
    expect(accepted).toHaveLength(expected.mail.length);
    await test.replay(...history);
    expect(await state()).toEqual({ seed, ...expected });
    expect(await test.watch.query(`SELECT status FROM handler_run WHERE status <> 'succeeded'`)).toEqual([]);
    expect(accepted).toHaveLength(expected.mail.length);
    expect(new Set(accepted.map(({ messageId }) => messageId)).size).toBe(expected.mail.length);
  }, 120_000);
});
