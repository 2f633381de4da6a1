import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createEvent } from '../../src/event-factories/create-event.js';
import { PermanentFailure } from '../../src/event-handlers/index.js';
import { adminTest } from '../harness/admin-test.js';
import { scripted } from '../harness/scripted-handlers.js';

const RUNS = 60;

const anything = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\u0000', '\ud800', '', 'x'.repeat(600), 1e308, -0, [], null),
);
const body = fc.oneof(
  fc.jsonValue(),
  fc.record(
    { note: anything, reason: anything, ratePerSecond: anything, [`x`]: anything },
    { requiredKeys: [] },
  ),
  fc.record({ note: fc.string({ unit: 'binary', minLength: 1, maxLength: 500 }) }),
  fc.record({ reason: fc.string({ unit: 'binary', minLength: 1, maxLength: 500 }) }),
  fc.record({ ratePerSecond: fc.oneof(fc.integer(), fc.double(), fc.constant(null)) }),
);
const value = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => encodeURIComponent(Buffer.from(text).toString())),
  fc.constantFrom(
    '1',
    '201',
    '1e3',
    '%00',
    '%ff',
    '%',
    'all',
    'open',
    'shop:0123456789abcdef',
    'shop%00:0123456789abcdef',
  ),
);
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom('limit', 'after', 'handler', 'state', 'state[]', 'handler[x]', '__proto__', 'x'),
      value,
    ),
    { maxLength: 4 },
  )
  .map((pairs) => pairs.map((pair) => pair.join('=')).join('&'));

describe('whatever is asked of failures and handlers', () => {
  const test = adminTest([scripted({ id: 'shop' }, () => Promise.reject(new PermanentFailure('broken')))], {
    ADMIN_REQUESTS_PER_MINUTE: '1000000',
  });
  /** Either it was right, or it is the caller's fault and said so. */
  const expectAnswer = ({ status, body: answer }: { status: number; body: Record<string, unknown> }) => {
    if (status !== 200 && status !== 201) expect([400, 404, 409]).toContain(status);
    if (status >= 400) expect(typeof answer.code).toBe('string');
  };
  const fingerprint = async () => {
    const event = createEvent('payment_intent.succeeded');
    await test.deliver({ event });
    await test.watch.untilFinished([event.id]);
    const { body: page } = await test.call<{ data: { fingerprint: string }[] }>('GET', 'failures?state=all');
    return page.data[0]?.fingerprint ?? '';
  };

  it.each(['failures', 'failures/shop/0123456789abcdef', 'handlers', 'handlers/shop'])(
    'no query of %s fails in us',
    async (path) => {
      await fc.assert(
        fc.asyncProperty(query, async (text) => expectAnswer(await test.call('GET', `${path}?${text}`))),
        { numRuns: RUNS },
      );
    },
  );

  it('no name of a handler or a group fails in us', async () => {
    await fc.assert(
      fc.asyncProperty(value, value, fc.constantFrom('GET', 'POST'), async (one, other, method) => {
        expectAnswer(await test.call(method, `handlers/${one}${method === 'POST' ? '/resume' : ''}`));
        expectAnswer(
          await test.call(method, `failures/${one}/${other}${method === 'POST' ? '/resolve' : ''}`),
        );
      }),
      { numRuns: RUNS },
    );
  });

  it.each(['acknowledge', 'resolve', 'replay'])('no body of a change %s fails in us', async (change) => {
    const path = `failures/shop/${await fingerprint()}/${change}`;
    await fc.assert(
      fc.asyncProperty(body, async (sent) => expectAnswer(await test.call('POST', path, { body: sent }))),
      { numRuns: RUNS },
    );
  });

  it.each(['pause', 'resume'])('no body of a change %s fails in us', async (change) => {
    await fc.assert(
      fc.asyncProperty(body, async (sent) =>
        expectAnswer(await test.call('POST', `handlers/shop/${change}`, { body: sent })),
      ),
      { numRuns: RUNS },
    );
  });
});
