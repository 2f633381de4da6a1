import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { adminTest } from '../harness/admin-test.js';
import { anEvent, ReplayHandlers } from '../harness/replay-test.js';

const RUNS = 200;
const test = adminTest([new ReplayHandlers().handler({ id: 'one' })]);

/** What a careless or malicious client might send for any field. */
const anything = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '\0',
    '\ud800',
    '',
    'one',
    'dead',
    'payout.*',
    '2026-02-30T00:00:00Z',
    '9999-12-31T23:59:59Z',
    1e308,
    -0,
    1,
    true,
  ),
  fc.constantFrom<unknown>([], ['one'], {}, [[]], null),
);
const names = [
  ...['type', 'source', 'account', 'livemode', 'status', 'handler', 'fingerprint', 'object', 'id'],
  ...[
    'createdFrom',
    'createdBefore',
    'receivedFrom',
    'receivedBefore',
    '__proto__',
    'accounts',
    'constructor',
  ],
];
const filter = fc.oneof(anything, fc.dictionary(fc.constantFrom(...names), anything, { maxKeys: 4 }));
const choice = {
  handlers: anything,
  includeSucceeded: anything,
  backfill: anything,
  reason: anything,
};
const bulk = fc.oneof(
  fc.jsonValue(),
  fc.record({ filter, ...choice, ratePerSecond: anything, dryRun: anything }, { requiredKeys: [] }),
  fc.record({ filter, dryRun: fc.boolean() }),
);
const single = fc.oneof(fc.jsonValue(), fc.record(choice, { requiredKeys: [] }));
const header = fc.option(
  fc.string({ minLength: 1, maxLength: 300 }).filter((text) => /^[\x20-\xff]*$/.test(text)),
);
const segment = fc
  .string({ unit: 'binary', minLength: 1 })
  .map((text) => encodeURIComponent(Buffer.from(text).toString()))
  .filter((text) => text !== '.' && text !== '..');

const isAnswer = ({ status }: { status: number }) => expect([200, 201, 400, 404, 409]).toContain(status);

describe('no input makes the routes of replays fail', () => {
  it('as a replay of many events', () =>
    fc.assert(
      fc.asyncProperty(bulk, header, async (body, key) => {
        isAnswer(
          await test.call('POST', 'replays', {
            body: JSON.stringify(body),
            ...(key !== null && { headers: { 'Idempotency-Key': key } }),
          }),
        );
      }),
      { numRuns: RUNS },
    ));

  it('as a replay of one event', async () => {
    const event = anEvent();
    await test.deliver({ event });
    await fc.assert(
      fc.asyncProperty(fc.oneof(segment, fc.constant(event.id)), single, async (id, body) => {
        isAnswer(await test.call('POST', `events/${id}/replay`, { body: JSON.stringify(body) }));
      }),
      { numRuns: RUNS },
    );
  });

  it('as the id of a replay, what to do with it, or which to list', () =>
    fc.assert(
      fc.asyncProperty(
        segment,
        fc.constantFrom('', '/pause', '/resume', '/cancel', '/progress'),
        single,
        async (id, what, body) => {
          const get = what === '' || what === '/progress';
          isAnswer(
            await test.call(
              get ? 'GET' : 'POST',
              `replays/${id}${what}`,
              get ? {} : { body: JSON.stringify(body) },
            ),
          );
          isAnswer(await test.call('GET', `replays?limit=${id}`));
          isAnswer(await test.call('GET', `replays?after=${id}&status=running`));
          isAnswer(await test.call('GET', `replays?status=${id}&${id}=1`));
        },
      ),
      { numRuns: RUNS },
    ));
});
