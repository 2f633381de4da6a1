import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import Stripe from 'stripe';
import { stripeId } from '../src/event-factories/stripe-id.js';
import { abstain } from '../src/issuing-authorizations/index.js';
import type { Answer } from './harness/app.js';
import { Bystander } from './harness/bystander.js';
import { authorizationRequest, ISSUING_SECRET, issuingTest } from './harness/issuing-test.js';
import { scriptedPolicy } from './harness/scripted-policies.js';

const DEADLINE_MS = 1_500;
/** What it takes to hear the answer. */
const MARGIN_MS = 500;
const RUNS = 250;

const policy = scriptedPolicy({ id: 'test.policy', order: 1, onFailure: 'skip' });
const test = issuingTest([policy.module]);

let bystander: Bystander;
beforeAll(async () => {
  bystander = await Bystander.start();
});
afterAll(() => bystander.stop());
afterEach(() => {
  policy.decide = abstain;
});

interface Pending {
  amount: number;
  is_amount_controllable: boolean;
  amount_details: { cashback_amount: number | null } | null;
}

async function answerTo(body: string | Uint8Array): Promise<Answer> {
  const started = performance.now();
  const answer = await test.app.deliver({ path: '/issuing/authorizations', body, secret: ISSUING_SECRET });
  expect(performance.now() - started).toBeLessThan(
    DEADLINE_MS + MARGIN_MS + bystander.allowance(started, performance.now()),
  );
  expect(answer.status).toBe(200);
  expect(answer.headers.get('Content-Type')).toMatch(/^application\/json/);
  expect(answer.headers.get('Stripe-Version')).toBe(Stripe.API_VERSION);
  return answer;
}

/** Whether Stripe would take this for a decision on the request. */
function expectDecision({ body }: Answer, pending?: Partial<Pending> | null): void {
  const { approved, amount, metadata, ...rest } = body;
  expect(rest).toEqual({});
  expect(typeof approved).toBe('boolean');
  if (amount !== undefined) {
    expect(approved).toBe(true);
    expect(pending?.is_amount_controllable).toBe(true);
    expect(Number.isSafeInteger(amount)).toBe(true);
    expect(amount).toBeGreaterThan(0);
    expect(amount).toBeGreaterThanOrEqual(pending?.amount_details?.cashback_amount ?? 0);
    expect(amount).toBeLessThan(pending?.amount ?? 0);
  }
  for (const [key, value] of Object.entries((metadata ?? {}) as Record<string, unknown>)) {
    expect(key).toMatch(/^[^[\]]{1,40}$/su);
    expect(typeof value).toBe('string');
    expect(String(value).length).toBeLessThanOrEqual(500);
  }
}

const expectAnswer = (answer: Answer): void => {
  if ('received' in answer.body) expect(answer.body).toEqual({ received: true });
  else expectDecision(answer);
};

/** What JSON can hold, its traps included. */
const anything = fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' });
const odd = fc.oneof(
  anything,
  fc.constantFrom(null, true, '', '\0', '\ud800', -1, 0.5, 2 ** 53, 1e300, -0, [], {}, '__proto__'),
);

/** A request with any of its parts, at any depth, replaced, left out, or joined by others. */
const paths = [
  ...[
    'id',
    'object',
    'created',
    'livemode',
    'account',
    'data',
    'api_version',
    'data.object',
    'data.object.id',
  ],
  ...['amount', 'approved', 'card', 'card.id', 'cardholder', 'status', 'merchant_data', 'metadata'].map(
    (name) => `data.object.${name}`,
  ),
  ...['pending_request', 'pending_request.amount', 'pending_request.currency', 'merchant_data.category'].map(
    (name) => `data.object.${name}`,
  ),
  ...['is_amount_controllable', 'amount_details', 'amount_details.cashback_amount', 'merchant_amount'].map(
    (name) => `data.object.pending_request.${name}`,
  ),
];

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

function replaced(value: Json, [name = '', ...rest]: string[], by: unknown): Json {
  if (rest.length === 0) return { ...value, [name]: by };
  const inner = value[name];
  return isObject(inner) ? { ...value, [name]: replaced(inner, rest, by) } : value;
}

describe('the answer to a signed body is 200, in time, and one that Stripe understands', () => {
  it('whatever the bytes are', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.string({ unit: 'binary', maxLength: 300 }).map((text) => Buffer.from(text)),
      anything.map((value) => Buffer.from(JSON.stringify(value))),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (body) => expectAnswer(await answerTo(body))),
      { numRuns: RUNS },
    );
  });

  it('whatever is wrong with the request', async () => {
    const changes = fc.array(fc.tuple(fc.constantFrom(...paths), fc.option(odd, { nil: undefined })), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(changes, fc.nat(100_000), async (mutations, amount) => {
        let event: Json = { ...authorizationRequest(amount) };
        for (const [path, by] of mutations) event = replaced(event, path.split('.'), by);
        expectDecision(await answerTo(JSON.stringify(event)));
      }),
      { numRuns: RUNS },
    );
  });

  it('where it is cut, repeated or spoilt', async () => {
    const spoil = fc.record({
      at: fc.nat(1_000),
      byte: fc.nat(255),
      kind: fc.constantFrom('cut', 'set', 'add'),
    });
    await fc.assert(
      fc.asyncProperty(spoil, async ({ at, byte, kind }) => {
        const body = Buffer.from(JSON.stringify(authorizationRequest(500)));
        const place = (at / 1_000) * body.length;
        const spoilt = {
          cut: () => body.subarray(0, place),
          set: () => Buffer.concat([body.subarray(0, place), Buffer.from([byte]), body.subarray(place + 1)]),
          add: () => Buffer.concat([body, Buffer.from([byte]), body]),
        };
        expectAnswer(await answerTo(spoilt[kind]()));
      }),
      { numRuns: RUNS },
    );
  });

  it('whatever the event is', async () => {
    const type = fc.oneof(
      fc.constantFrom('issuing_card.created', 'x.y', 'v2.core.x'),
      fc.stringMatching(/^[a-z_.]{1,40}$/),
    );
    await fc.assert(
      fc.asyncProperty(type, anything, async (name, object) => {
        const event = { ...authorizationRequest(1), type: name, data: { object } };
        expect((await answerTo(JSON.stringify(event))).body).toEqual({ received: true });
      }),
      { numRuns: 60 },
    );
  });

  it('whatever a policy answers, and the ledger says the same, once', async () => {
    const metadata = fc.dictionary(
      fc.string({ maxLength: 45 }),
      fc.oneof(fc.string({ maxLength: 510 }), odd),
    );
    const verdict = fc.oneof(
      odd,
      fc.record(
        {
          kind: fc.constantFrom('approve', 'decline', 'abstain', 'maybe'),
          amount: fc.oneof(fc.integer({ min: -5, max: 1_200 }), odd),
          reason: fc.oneof(fc.string({ maxLength: 600, unit: 'binary' }), odd),
          metadata: fc.oneof(metadata, odd),
          approved: odd,
          granted: odd,
          fallback: odd,
        },
        { requiredKeys: ['kind'] },
      ),
    );
    const pending = fc.record({
      amount: fc.integer({ min: 0, max: 1_000 }),
      is_amount_controllable: fc.boolean(),
      amount_details: fc.option(
        fc.record({ atm_fee: fc.constant(null), cashback_amount: fc.option(fc.nat(1_000)) }),
      ),
    });
    const ids: string[] = [];
    await fc.assert(
      fc.asyncProperty(verdict, pending, async (answer, { amount, amount_details, ...more }) => {
        policy.decide = () => answer;
        const event = authorizationRequest(amount, {
          card: stripeId('ic'),
          ...more,
          ...(amount_details && { amount_details }),
        });
        const { pending_request } = event.data.object;
        const decision = await answerTo(JSON.stringify(event));
        expectDecision(decision, pending_request);
        const { approved, amount: part = amount, metadata: kept = null } = decision.body;
        const granted = approved ? part : 0;
        const rows = await test.ledger(event.id);
        expect(rows.map((row) => ({ ...row, granted: Number(row.granted) }))).toMatchObject([
          { approved, granted, metadata: kept },
        ]);
        ids.push(event.id);
      }),
      { numRuns: RUNS },
    );
    expect(ids.length).toBeGreaterThanOrEqual(RUNS);
  });

  it('and leaves nothing behind that could not be kept', async () => {
    expect(await test.metric('turnpike_issuing_spooled_decisions')).toBe(0);
  });
});
