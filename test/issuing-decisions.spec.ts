import { beforeEach, describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import { createEvent } from '../src/event-factories/create-event.js';
import { createThinEvent } from '../src/event-factories/create-thin-event.js';
import { abstain, approve, decline } from '../src/issuing-authorizations/index.js';
import { deliver } from './harness/app.js';
import { authorizationRequest, authorize, ISSUING_SECRET, issuingTest } from './harness/issuing-test.js';
import { expectProblem } from './harness/refusal.js';
import { scriptedPolicy } from './harness/scripted-policies.js';

const path = '/issuing/authorizations';
const policy = scriptedPolicy({ id: 'test.policy', order: 1 });
const throws = () => {
  throw new Error('the policy is broken');
};

beforeEach(() => {
  policy.decide = abstain;
});

describe('an authorization request', () => {
  const test = issuingTest([policy.module]);

  it('is answered 200 with the version that the body fits, decided on the pending amount, and kept', async () => {
    const event = authorizationRequest(2_350);
    const { status, headers, body } = await test.authorize(event);
    expect([status, body]).toEqual([200, { approved: true }]);
    expect(headers.get('Stripe-Version')).toBe(Stripe.API_VERSION);
    expect(headers.get('Content-Type')).toMatch(/^application\/json/);
    expect(await test.ledger(event.id)).toMatchObject([
      {
        authorization_id: event.data.object.id,
        approved: true,
        asked: '2350',
        granted: '2350',
        held: '2350',
        reason: 'default',
        fallback: false,
        outcome: 'pending',
      },
    ]);
    expect(await test.watch.query('SELECT source FROM stripe_event WHERE id = $1', [event.id])).toEqual([
      { source: 'issuing' },
    ]);
  });

  it('is approved without an amount when all of it is granted', async () => {
    policy.decide = () => approve({ amount: 900 });
    const event = authorizationRequest(900, { is_amount_controllable: true });
    expect((await test.authorize(event)).body).toEqual({ approved: true });
    expect(await test.ledger(event.id)).toMatchObject([{ granted: '900', policy: 'test.policy' }]);
  });

  it('is approved in part, with the amount', async () => {
    policy.decide = () => approve({ amount: 400 });
    const event = authorizationRequest(900, { is_amount_controllable: true });
    expect((await test.authorize(event)).body).toEqual({ approved: true, amount: 400 });
    expect(await test.ledger(event.id)).toMatchObject([
      { approved: true, asked: '900', granted: '400', held: '400', policy: 'test.policy' },
    ]);
  });

  it('is declined with the reason in the ledger and not in the answer', async () => {
    policy.decide = () => decline('too late at night');
    const event = authorizationRequest(900);
    expect((await test.authorize(event)).body).toEqual({ approved: false });
    expect(await test.ledger(event.id)).toMatchObject([
      { approved: false, granted: '0', held: '0', reason: 'too late at night', policy: 'test.policy' },
    ]);
  });

  it.each([
    ['approval', () => approve({ metadata: { trip: '42' } }), true],
    ['decline', () => decline('no', { trip: '42' }), false],
  ])('carries the metadata of the policy in an %s', async (_name, decide, approved) => {
    policy.decide = decide;
    const event = authorizationRequest(900);
    expect((await test.authorize(event)).body).toEqual({ approved, metadata: { trip: '42' } });
    expect(await test.ledger(event.id)).toMatchObject([{ approved, metadata: { trip: '42' } }]);
  });

  it('of nothing at all, to check that the card is alive, is decided like any other', async () => {
    const event = authorizationRequest(0);
    expect((await test.authorize(event)).body).toEqual({ approved: true });
    expect(await test.ledger(event.id)).toMatchObject([{ asked: '0', granted: '0' }]);
  });

  it('never gets more than its card may spend, however many come at once', async () => {
    const rule = await test.addRule({
      scope_id: 'ic_limited',
      currency: 'usd',
      period: 'day',
      max_total: 1_000,
    });
    const ask = async () => {
      const { body } = await test.authorize(authorizationRequest(100, { card: 'ic_limited' }));
      return Number(body.approved);
    };
    let approved = (await Promise.all(Array.from({ length: 20 }, ask))).reduce((sum, one) => sum + one);
    expect(approved).toBeLessThanOrEqual(10);
    // On a busy machine some came too late and got the fallback: what they did not take is there for others.
    for (let i = 0; i < 20; i++) approved += await ask();
    expect(approved).toBe(10);
    expect(await test.totals(rule)).toEqual([{ scope_key: 'ic_limited', amount: '1000', count: 10 }]);
  });

  it('is counted with its time', async () => {
    const counts = async () => [
      await test.metric('turnpike_issuing_decisions_total', { approved: 'true', reason: 'default' }),
      await test.metric('turnpike_issuing_decisions_total', { approved: 'false', reason: 'decided' }),
      await test.metric('turnpike_issuing_decision_seconds_count'),
      await test.metric('turnpike_deliveries_total', { endpoint: 'issuing', status: '200' }),
    ];
    const [byDefault = 0, decided = 0, timed = 0, answered = 0] = await counts();
    await test.authorize(authorizationRequest(1));
    policy.decide = () => decline('no');
    await test.authorize(authorizationRequest(1));
    expect(await counts()).toEqual([byDefault + 1, decided + 1, timed + 2, answered + 2]);
  });

  it.each([
    ['no signature', { headers: { 'stripe-signature': undefined } }, 'signature_missing'],
    ['the signature of another endpoint', { secret: 'whsec_direct_newest' }, 'signature_mismatch'],
    ['an old signature', { timestamp: 1_000_000_000 }, 'signature_expired'],
  ])('with %s is refused and leaves no trace', async (_name, delivery, code) => {
    const event = authorizationRequest(1);
    const answer = await test.app.deliver({ path, event, secret: ISSUING_SECRET, ...delivery });
    expectProblem(answer, 400, code);
    expect(await test.ledger(event.id)).toEqual([]);
  });

  it('is posted: other methods are refused', async () => {
    const { status, headers } = await fetch(test.app.url + path);
    expect([status, headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('a request that is delivered again', () => {
  const test = issuingTest([policy.module]);
  const rows = async (id: string) => (await test.ledger(id)).length;
  /** Answers that differ each time, so that only a memory can make them the same. */
  const fickle = () => {
    let asked = 0;
    policy.decide = () =>
      asked++ % 2 === 0 ? approve({ metadata: { n: String(asked) } }) : decline('fickle');
    return () => asked;
  };

  it('gets the same answer without another decision', async () => {
    const asked = fickle();
    const event = authorizationRequest(700);
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await test.authorize(event));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect([asked(), await rows(event.id)]).toEqual([1, 1]);
  });

  it('at the same time gets the same answer', async () => {
    const asked = fickle();
    const event = authorizationRequest(700);
    const answers = await Promise.all(Array.from({ length: 20 }, () => test.authorize(event)));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect([asked(), await rows(event.id)]).toEqual([1, 1]);
  });

  it('to another instance, at once or later, gets the same answer and takes from the totals once', async () => {
    const other = await test.startAnother();
    const rule = await test.addRule({
      scope_id: 'ic_twice',
      currency: 'usd',
      period: 'month',
      max_total: 5_000,
    });
    let asked = 0;
    // Approvals, so that there is always something to take; each of them differs.
    policy.decide = () => approve({ metadata: { n: String(asked++) } });
    for (let round = 0; round < 10; round++) {
      const event = authorizationRequest(100, { card: 'ic_twice' });
      const urls = [test.app.url, other.url, test.app.url, other.url];
      const together = await Promise.all(urls.map((url) => authorize(url, event)));
      const later = await authorize(other.url, event);
      const bodies = [...together, later].map(({ body }) => body);
      for (const body of bodies) expect(body).toEqual(bodies[0]);
      expect(await rows(event.id)).toBe(1);
    }
    const [sum] = await test.watch.query(
      `SELECT sum(granted)::text AS amount, count(*) FILTER (WHERE approved)::int AS count
       FROM issuing_decision WHERE card_id = 'ic_twice'`,
    );
    expect(await test.totals(rule)).toEqual([{ scope_key: 'ic_twice', ...sum }]);
  });

  it('after its total is used up still gets its approval', async () => {
    await test.addRule({ scope_id: 'ic_once', currency: 'usd', period: 'day', max_total: 100 });
    const other = await test.startAnother();
    const event = authorizationRequest(100, { card: 'ic_once' });
    expect((await test.authorize(event)).body).toEqual({ approved: true });
    expect((await authorize(other.url, event)).body).toEqual({ approved: true });
    expect((await test.authorize(authorizationRequest(1, { card: 'ic_once' }))).body).toEqual({
      approved: false,
    });
  });
});

describe('an incremental authorization', () => {
  const test = issuingTest([policy.module]);

  it('is a decision of its own on the same authorization', async () => {
    const first = authorizationRequest(1_000, { authorization: 'iauth_hotel' });
    const second = authorizationRequest(300, { authorization: 'iauth_hotel' });
    const third = authorizationRequest(200, { authorization: 'iauth_hotel' });
    expect((await test.authorize(first)).body).toEqual({ approved: true });
    policy.decide = () => decline('enough');
    expect((await test.authorize(second)).body).toEqual({ approved: false });
    policy.decide = abstain;
    expect((await test.authorize(third)).body).toEqual({ approved: true });
    const rows = await test.watch.query(
      `SELECT event_id, asked, approved FROM issuing_decision WHERE authorization_id = 'iauth_hotel' ORDER BY decided_at`,
    );
    expect(rows).toEqual([
      { event_id: first.id, asked: '1000', approved: true },
      { event_id: second.id, asked: '300', approved: false },
      { event_id: third.id, asked: '200', approved: true },
    ]);
  });

  it('that would make its authorization too large is declined, however small it is', async () => {
    await test.addRule({ scope_id: 'ic_hotel', currency: 'usd', max_amount: 1_000 });
    const asked = { card: 'ic_hotel', authorization: 'iauth_growing' };
    expect((await test.authorize(authorizationRequest(900, asked))).body).toEqual({ approved: true });
    const more = { approved: true, amount: 900 };
    const larger = authorizationRequest(200, { ...asked, more });
    expect((await test.authorize(larger)).body).toEqual({ approved: false });
    const fitting = authorizationRequest(100, { ...asked, more });
    expect((await test.authorize(fitting)).body).toEqual({ approved: true });
  });
});

describe.each(['approve', 'decline'] as const)('where the fallback is to %s', (fallback) => {
  const test = issuingTest([policy.module], {
    ISSUING_FALLBACK: fallback,
    ISSUING_DEFAULT: fallback === 'approve' ? 'decline' : 'approve',
  });
  const approved = fallback === 'approve';

  it('the default is another matter', async () => {
    const event = authorizationRequest(500);
    expect((await test.authorize(event)).body).toEqual({ approved: !approved });
    expect(await test.ledger(event.id)).toMatchObject([{ reason: 'default', fallback: false }]);
  });

  it('a request whose policy fails gets it', async () => {
    policy.decide = throws;
    const event = authorizationRequest(500);
    expect((await test.authorize(event)).body).toEqual({ approved });
    expect(await test.ledger(event.id)).toMatchObject([
      {
        approved,
        granted: approved ? '500' : '0',
        reason: 'policy_failed',
        policy: 'test.policy',
        fallback: true,
      },
    ]);
  });

  it('a request without `pending_request` gets it, and is kept under its authorization', async () => {
    const event = authorizationRequest(500, { more: { pending_request: null } });
    const object = { ...event.data.object, pending_request: null };
    expect((await test.authorize({ ...event, data: { object } })).body).toEqual({ approved });
    expect(await test.ledger(event.id)).toMatchObject([
      {
        authorization_id: object.id,
        approved,
        asked: null,
        granted: '0',
        reason: 'not_understood',
        fallback: true,
      },
    ]);
  });

  const request = authorizationRequest(500);
  const { data, ...withoutData } = request;
  const text = JSON.stringify(request);
  const withObject = (change: object) =>
    JSON.stringify({ ...request, data: { object: { ...data.object, ...change } } });
  const withPending = (change: object) =>
    withObject({ pending_request: { ...data.object.pending_request, ...change } });

  it.each([
    ['null', 'null'],
    ['an array', '[]'],
    ['a string', '"x"'],
    ['a number', '42'],
    ['an empty object', '{}'],
    ['no JSON', 'hello'],
    ['nothing', ''],
    ['half a request', text.slice(0, text.length / 2)],
    ['invalid UTF-8', Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from([0xff, 0x7d])])],
    ['a BOM before it', `\uFEFF${text}`],
    ['an event without data', JSON.stringify(withoutData)],
    ['an event with null for data', JSON.stringify({ ...withoutData, data: null })],
    ['an event with a list for its object', JSON.stringify({ ...withoutData, data: { object: [] } })],
    ['an authorization without an id', withObject({ id: null })],
    ['a card without an id', withObject({ card: {} })],
    ['a card that is only an id', withObject({ card: 'ic_1' })],
    ['an amount beyond numbers', withPending({ amount: 77 }).replace('"amount":77,', '"amount":1e999,')],
    ['an amount beyond integers', withPending({ amount: 2 ** 53 })],
    ['an amount with a fraction', withPending({ amount: 10.5 })],
    ['a negative amount', withPending({ amount: -1 })],
    ['an amount as text', withPending({ amount: '500' })],
    ['no currency', withPending({ currency: null })],
    ['NUL in its event id', JSON.stringify({ ...request, id: 'evt_\0' })],
    ['NUL in the id of its card', withObject({ card: { id: 'ic_\0' } })],
    ['NUL in the id of its authorization', withObject({ id: 'iauth_\0' })],
    ['half a character in the id of its card', withObject({ card: { id: 'ic_\ud800' } })],
    ['half a character in the id of its authorization', withObject({ id: 'iauth_\udfff' })],
    ['half a character in its currency', withPending({ currency: '\ud800' })],
    ['a date beyond calendars', JSON.stringify({ ...request, created: 1e15 })],
    ['deep nesting', `${text.slice(0, -1)},"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
  ])('a signed body of %s gets an answer that Stripe understands', async (name, body) => {
    const { id } = authorizationRequest(1);
    const fresh = Buffer.from(Buffer.from(body).toString('latin1').replace(request.id, id), 'latin1');
    const answer = await test.app.deliver({ path, body: fresh, secret: ISSUING_SECRET });
    const expected = name === 'deep nesting' ? !approved : approved;
    expect([answer.status, answer.body]).toEqual([200, { approved: expected }]);
    expect(answer.headers.get('Stripe-Version')).toBe(Stripe.API_VERSION);
    for (const row of await test.ledger(id)) expect(row).toMatchObject({ approved: expected });
    expect(await test.metric('turnpike_issuing_spooled_decisions')).toBe(0);
  });

  it('counts what could not be understood', async () => {
    const counted = () =>
      test.metric('turnpike_issuing_decisions_total', { approved: String(approved), reason: 'not_an_event' });
    const before = await counted();
    await test.app.deliver({ path, body: 'null', secret: ISSUING_SECRET });
    expect(await counted()).toBe(before + 1);
  });
});

describe('where a policy may take longer than there is', () => {
  const slow = scriptedPolicy({ id: 'test.slow', order: 1, timeoutMs: 60_000 });
  const test = issuingTest([slow.module], { ISSUING_DEADLINE_MS: '600' });

  it('a request gets the fallback on time, and the ledger says why', async () => {
    slow.decide = () => new Promise(() => {});
    const event = authorizationRequest(500);
    // The policy never answers: that there is an answer is the doing of the time limit, however busy the machine is.
    expect((await test.authorize(event)).body).toEqual({ approved: false });
    // What is left of the time may not do for the ledger: then it has the decision a little later.
    const kept = 'SELECT 1 FROM issuing_decision WHERE event_id = $1';
    await test.watch.until(kept, [event.id], (rows) => rows.length === 1);
    expect(await test.ledger(event.id)).toMatchObject([
      { approved: false, reason: 'policy_failed', policy: 'test.slow', fallback: true },
    ]);
  });
});

describe('where Postgres may take longer than there is', () => {
  const test = issuingTest([], { ISSUING_DEADLINE_MS: '500', INGEST_TIMEOUT_MS: '60000' });

  it('a request is answered before its event is stored, which happens all the same', async () => {
    const event = authorizationRequest(500);
    await test.watch.query('BEGIN');
    await test.watch.query('LOCK TABLE stripe_event IN ACCESS EXCLUSIVE MODE');
    expect((await test.authorize(event)).status).toBe(200);
    await test.watch.query('COMMIT');
    const stored = 'SELECT 1 FROM stripe_event WHERE id = $1';
    await test.watch.until(stored, [event.id], (rows) => rows.length === 1);
  });
});

describe('another event at this address', () => {
  const test = issuingTest();

  it.each([
    ['an ordinary event', createEvent('payment_intent.succeeded'), 'direct'],
    ['an event of a connected account', createEvent('payout.paid', { account: 'acct_1' }), 'connect'],
    ['a later event of Issuing', createEvent('issuing_transaction.created'), 'direct'],
    ['a thin event', createThinEvent('v2.core.account[requirements].updated'), 'direct'],
  ])('is stored and handled as what it is: %s', async (_name, event, source) => {
    const { status, body } = await test.authorize(event);
    expect([status, body]).toEqual([200, { received: true }]);
    expect(await test.watch.query('SELECT source FROM stripe_event WHERE id = $1', [event.id])).toEqual([
      { source },
    ]);
    expect(await test.ledger(event.id)).toEqual([]);
  });

  it('reaches its handlers', async () => {
    const event = createEvent('issuing_transaction.created');
    await test.authorize(event);
    expect(await test.watch.untilFinished([event.id])).toEqual([
      { event_id: event.id, handler_id: 'issuing.settle', status: 'succeeded' },
    ]);
  });
});

describe('an application without Issuing secrets', () => {
  const test = issuingTest();

  it('has no such address', async () => {
    const app = await test.startAnother({ env: { STRIPE_ISSUING_WEBHOOK_SECRETS: '' } });
    const answer = await deliver(app.url, { path, event: authorizationRequest(1), secret: ISSUING_SECRET });
    expect(answer.status).toBe(404);
  });
});
