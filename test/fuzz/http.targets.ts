import fc from 'fast-check';
import { signedRequest } from '../../src/event-factories/signed-request.js';
import { target } from './fuzz-target.js';

/** The key of the application that is fuzzed. */
export const FUZZ_ADMIN_KEY = 'f'.repeat(40);
export const FUZZ_APP_SECRET = 'absec_fuzz';

const parameters = fc.constantFrom(
  ...[
    'type',
    'source',
    'account',
    'livemode',
    'status',
    'handler',
    'fingerprint',
    'object',
    'id',
    'limit',
    'after',
  ],
  ...['createdFrom', 'createdBefore', 'receivedFrom', 'receivedBefore', 'count', 'before', 'from', 'q'],
  ...['__proto__', 'constructor', 'toString', 'type[]', 'limit[x]', 'account.x', ''],
);
const values = fc.oneof(
  fc.constantFrom(
    ...[
      '',
      '0',
      '1',
      '200',
      '201',
      '-1',
      '1e3',
      '0x10',
      '9'.repeat(400),
      'NaN',
      'true',
      'exact',
      'estimate',
      'dead',
    ],
    ...[
      'payment_intent.*',
      '*',
      '%',
      '_',
      '\\',
      "'",
      '"',
      '--',
      'acct_1',
      'direct',
      '\0',
      '\ud800',
      '\u202e',
      'é',
    ],
    ...[
      '2026-01-01T00:00:00Z',
      '2026-02-30T00:00:00Z',
      '9999-12-31T23:59:59Z',
      '0000-01-01T00:00:00Z',
      '2026-01-01',
    ],
    ...['2026-11-22T09:30:00+24:00', 'eyJ9', 'bnVsbA', 'W10', 'W251bGxd', 'evt_1', 'pi_1Abcdefg', '{}', '[]'],
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
);
const encoded = (text: string) => encodeURIComponent(Buffer.from(text).toString());
const queries = fc
  .array(fc.tuple(parameters, values), { maxLength: 5 })
  .map((pairs) => pairs.map((pair) => pair.map(encoded).join('=')).join('&'));
const lists = fc.constantFrom(
  ...['events', 'replays', 'failures', 'audit', 'mail', 'payouts', 'connected-accounts', 'issuing/decisions'],
);

/** @throws Error unless the answer is a success, or a problem that is the caller's */
async function checkAnswer(response: Response, allowed: readonly number[] = []): Promise<void> {
  const text = await response.text();
  const { status } = response;
  const media = response.headers.get('content-type') ?? '';
  if (status >= 200 && status < 300) return;
  const isProblem =
    media === 'application/problem+json' && typeof (JSON.parse(text) as { code?: unknown }).code === 'string';
  const isTheirs = (status >= 400 && status < 500) || allowed.includes(status);
  if (!isProblem || !isTheirs) throw new Error(`${status} ${media} ${text.slice(0, 300)}`);
}

const asAdmin = { Authorization: `Bearer ${FUZZ_ADMIN_KEY}` };

export const adminQueryTarget = target<string>({
  name: 'admin-query',
  holds: 'Any query of an admin list is answered, or refused with a problem of 4xx.',
  inputs: fc.tuple(lists, queries).map(([list, query]) => `${list}?${query}`),
  check: async (path, { url }) => {
    await checkAnswer(await fetch(`${url}/admin/${path}`, { headers: asAdmin }));
  },
});

const anything = fc.oneof(values, fc.jsonValue({ maxDepth: 3 }));
const filter = fc.dictionary(parameters, anything, { maxKeys: 4 });
const choices = { handlers: anything, includeSucceeded: anything, backfill: anything, reason: anything };

export const replayBodyTarget = target<string>({
  name: 'replay-body',
  holds: 'Any body of a bulk replay is answered, or refused with a problem of 4xx.',
  inputs: fc
    .oneof(
      fc.record(
        { filter: fc.oneof(filter, anything), ...choices, ratePerSecond: anything },
        { requiredKeys: [] },
      ),
      fc.record({ filter }),
      fc.jsonValue() as fc.Arbitrary<object>,
    )
    // A replay that is not counted only would go on in the background.
    .map((body) =>
      JSON.stringify(typeof body === 'object' && body !== null ? { ...body, dryRun: true } : body),
    ),
  check: async (body, { url }) => {
    const headers = { ...asAdmin, 'Content-Type': 'application/json' };
    await checkAnswer(await fetch(`${url}/admin/replays`, { method: 'POST', headers, body }));
  },
});

const appRoutes = fc.constantFrom('session', 'customers', 'customers/list', 'payment-intents');
const appFields = fc.constantFrom(
  ...['email', 'name', 'idempotency_key', 'limit', 'starting_after', 'amount', 'currency', 'stripe_roles'],
  ...['__proto__', 'constructor', 'stripeAccount', ''],
);
const appValues = fc.oneof(
  fc.constantFrom<unknown>('jenny@example.com', 'eur', 1, 0, 1e308, -1, '\0', '\ud800', null, [], {}),
  fc.constantFrom<unknown>([{ id: 'admin', name: 'Administrator', type: 'builtIn' }], [null]),
  anything,
);

export const appPayloadTarget = target<{ path: string; body: string }>({
  name: 'app-payload',
  holds: 'Any signed payload of an app is answered, or refused with a problem.',
  inputs: fc
    .tuple(appRoutes, fc.array(fc.tuple(appFields, appValues), { maxLength: 5 }))
    .map(([path, members]) => {
      const pairs: [string, unknown][] = [...members, ['user_id', 'usr_1'], ['account_id', 'acct_installed']];
      const body = `{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
      return { path, body };
    }),
  check: async ({ path, body }, { url }) => {
    const { headers, body: bytes } = signedRequest({ body, secret: FUZZ_APP_SECRET });
    const sent = { method: 'POST', headers, body: new Uint8Array(bytes) };
    // Without an API key of Stripe's, what is in order cannot be passed on.
    await checkAnswer(await fetch(`${url}/app/${path}`, sent), [503]);
  },
});
