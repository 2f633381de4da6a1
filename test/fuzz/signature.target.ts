import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import Stripe from 'stripe';
import { verifySignature } from '../../src/signature/signature-verifier.js';
import { differences, type SignedInput, type StripeVerdict } from './stripe-differences.js';
import { target } from './fuzz-target.js';

const NOW = 1_790_000_000;
const bytesOf = ({ body }: SignedInput) => Buffer.from(body, 'latin1');

export function ourVerdict(input: SignedInput): 'accepts' | 'refuses' {
  const { header, secret, tolerance: toleranceSeconds, now } = input;
  const verdict = verifySignature({ header, body: bytesOf(input), secrets: [secret], toleranceSeconds, now });
  return verdict.ok ? 'accepts' : 'refuses';
}

export function stripeVerdict(input: SignedInput): StripeVerdict {
  const { header, secret, tolerance, now } = input;
  try {
    Stripe.webhooks.signature?.verifyHeader(
      bytesOf(input),
      header,
      secret,
      tolerance,
      undefined,
      now * 1_000,
    );
    return 'accepts';
  } catch (error) {
    return error instanceof Stripe.errors.StripeSignatureVerificationError ? 'refuses' : 'throws';
  }
}

/** @throws Error when the verdicts differ and the table of differences does not say so */
function compareWithStripe(input: SignedInput): void {
  const [ours, theirs] = [ourVerdict(input), stripeVerdict(input)];
  if (ours === theirs) return;
  const known = differences.some((one) => one.ours === ours && one.theirs === theirs && one.appliesTo(input));
  if (!known) throw new Error(`Turnpike ${ours} and Stripe's library ${theirs} ${JSON.stringify(input)}`);
}

const mac = (secret: string, ...parts: (string | Buffer)[]) => {
  const hmac = createHmac('sha256', secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest('hex');
};

const ages = fc.oneof(fc.constantFrom(0, 1, 299, 300, 301, 100_000, -1, -301, -1e9), fc.integer());
const times = fc.oneof(
  { weight: 6, arbitrary: ages.map((age) => String(NOW - age)) },
  fc.constantFrom(
    '',
    '0',
    '-1',
    `0${NOW}`,
    `+${NOW}`,
    ` ${NOW}`,
    `${NOW} `,
    `${NOW}s`,
    `${NOW}.9`,
    `${NOW}000`,
    '1e9',
  ),
  fc.constantFrom('NaN', 'Infinity', '0x10', '١', '9'.repeat(12), '9'.repeat(13), '9'.repeat(400)),
  fc.string({ maxLength: 6 }),
);
const bodies = fc.oneof(
  fc.json(),
  fc.constantFrom('', 'x', '\xef\xbb\xbf{}', '\xff', '{"id":"evt_1"}', '\xc3\xa9', '\xc0\x80', '\r\n'),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
);
const secrets = fc.constantFrom('whsec_test', 'absec_test', 'whsec_ö', 'whsec_with space');

/** What an item of a header is made of; `good` fits the body and the time beside it. */
const items = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: times.map((time) => ({ key: 't', value: time })) },
    {
      weight: 6,
      arbitrary: fc
        .constantFrom(
          'good',
          'good as a number',
          'good once decoded',
          'other secret',
          'upper',
          'cut',
          'long',
          '',
          'none',
        )
        .map((value) => ({ key: 'v1', value })),
    },
    fc.constantFrom('v0', 'v2', ' v1', 'V1', 'v1 ', 'T', '').map((key) => ({ key, value: 'good' })),
  ),
  { maxLength: 5 },
);

function headerOf(list: readonly { key: string; value: string }[], secret: string, body: Buffer): string {
  const time = list.findLast(({ key }) => key === 't')?.value ?? String(NOW);
  const good = mac(secret, `${time}.`, body);
  const signatures: Record<string, string> = {
    good,
    'good as a number': mac(secret, `${parseInt(time, 10)}.`, body),
    'good once decoded': mac(secret, `${parseInt(time, 10)}.`, new TextDecoder().decode(body)),
    'other secret': mac(`${secret}x`, `${time}.`, body),
    upper: good.toUpperCase(),
    cut: good.slice(0, -1),
    long: `${good}0`,
  };
  return list
    .map(({ key, value }) =>
      value === 'none' ? key : `${key}=${key === 't' ? value : (signatures[value] ?? value)}`,
    )
    .join(',');
}

/** One edit of a text: what a careless proxy or a patient stranger does to a header. */
const edits = fc.record({
  at: fc.nat(200),
  cut: fc.nat(3),
  insert: fc.constantFrom(
    '',
    ',',
    '=',
    't',
    'v1',
    '0',
    ' ',
    '\t',
    ',t=1',
    ',v1=',
    ',v1=00',
    '%',
    '"',
    '\xa0',
    'é',
  ),
});

const inputs: fc.Arbitrary<SignedInput> = fc
  .record({
    items: fc.oneof(
      items,
      fc.constant([
        { key: 't', value: String(NOW) },
        { key: 'v1', value: 'good' },
      ]),
    ),
    edits: fc.array(edits, { maxLength: 2 }),
    body: bodies,
    secret: secrets,
    tolerance: fc.constantFrom(300, 300, 300, 1, 0, 86_400),
    late: fc.constantFrom(0, 0, 0, 0.999, 1, 300.5),
  })
  .map(({ items: list, edits: changes, body, secret, tolerance, late }) => {
    let header = headerOf(list, secret, Buffer.from(body, 'latin1'));
    for (const { at, cut, insert } of changes) header = header.slice(0, at) + insert + header.slice(at + cut);
    return { header, body, secret, tolerance, now: NOW + late };
  });

export const signatureTarget = target({
  name: 'signature',
  holds: 'Our verdict on a signature is that of Stripe’s own library, but for the differences in the table.',
  inputs,
  check: compareWithStripe,
});
