/** A request with a signature, in the eyes of both verifiers. */
export interface SignedInput {
  header: string;
  /** In Latin-1. */
  body: string;
  secret: string;
  tolerance: number;
  /** Seconds since 1970. */
  now: number;
}

/** `throws`: something that is no refusal, and would be a 500 in the sample of Stripe's documentation. */
export type StripeVerdict = 'accepts' | 'refuses' | 'throws';

/** Where our verdict is another than that of `stripe.webhooks.signature.verifyHeader`. */
export interface Difference {
  name: string;
  ours: 'accepts' | 'refuses';
  theirs: StripeVerdict;
  /** Why ours is right, and harms nobody. */
  why: string;
  appliesTo: (input: SignedInput) => boolean;
}

const items = ({ header }: SignedInput) => header.split(',').map((item) => item.split('='));
const valuesOf = (key: string, input: SignedInput) =>
  items(input)
    .filter(([name]) => name === key)
    .map(([, value]) => value);
const isTime = (value: string | undefined) => value !== undefined && /^\d{1,12}$/.test(value);
const isText = ({ body }: SignedInput) => {
  const bytes = Buffer.from(body, 'latin1');
  return Buffer.from(new TextDecoder().decode(bytes)).equals(bytes);
};

const hasForeignLetters = (input: SignedInput) =>
  valuesOf('v1', input).some((value) => value?.length === 64 && Buffer.byteLength(value) !== 64);

/**
 * All of them. None lets a stranger in: each request that we alone accept carries a MAC that only a holder of the
 * secret can make. Fuzzing fails on any difference that is not here, and on any entry that has no example in
 * corpus/stripe-differences.json.
 */
export const differences: readonly Difference[] = [
  {
    name: 'an empty v1',
    ours: 'accepts',
    theirs: 'throws',
    why: 'An empty signature fits nothing. Stripe’s library throws a plain error for the whole header, good signatures beside it or not.',
    appliesTo: (input) => valuesOf('v1', input).some((value) => !value),
  },
  {
    name: 'an empty v1 and nothing that fits',
    ours: 'refuses',
    theirs: 'throws',
    why: 'It is a refusal with a reason (400), not a failure (500).',
    appliesTo: (input) => valuesOf('v1', input).some((value) => !value),
  },
  {
    name: 'a v1 with a letter that is not ASCII, beside a good one',
    ours: 'accepts',
    theirs: 'throws',
    why: 'The library compares as many bytes as it expects characters, and throws a RangeError where they differ.',
    appliesTo: hasForeignLetters,
  },
  {
    name: 'a v1 with a letter that is not ASCII, and nothing that fits',
    ours: 'refuses',
    theirs: 'throws',
    why: 'It is a refusal with a reason (400), not a failure (500).',
    appliesTo: hasForeignLetters,
  },
  {
    name: 'a time that is not plain digits',
    ours: 'refuses',
    theirs: 'accepts',
    why: '`1790000000s`, `+1790000000` and ` 1790000000` are read by parseInt, and `x` as NaN, which never expires. Stripe writes digits.',
    appliesTo: (input) => valuesOf('t', input).some((value) => !isTime(value)),
  },
  {
    name: 'a time with leading zeros',
    ours: 'accepts',
    theirs: 'refuses',
    why: 'The time is signed as text, so it is verified as text: what was signed is what was sent.',
    appliesTo: (input) => valuesOf('t', input).some((value) => value !== undefined && /^0\d/.test(value)),
  },
  {
    name: 'a time without leading zeros that is written with them',
    ours: 'refuses',
    theirs: 'accepts',
    why: 'The other side of the same: the text that was signed is not the text that was sent.',
    appliesTo: (input) => valuesOf('t', input).some((value) => value !== undefined && /^0\d/.test(value)),
  },
  {
    name: 'a second time that is none',
    ours: 'accepts',
    theirs: 'refuses',
    why: 'The last usable time counts, and what is no time is passed over like any other item that nobody knows.',
    appliesTo: (input) => {
      const times = valuesOf('t', input);
      return times.length > 1 && times.some(isTime) && !isTime(times.at(-1));
    },
  },
  {
    name: 'a body that is not UTF-8, or begins with a byte order mark',
    ours: 'accepts',
    theirs: 'refuses',
    why: 'The bytes were signed, so the bytes are verified; the library decodes them first. Such a body is refused afterwards, as no event.',
    appliesTo: (input) => !isText(input),
  },
  {
    name: 'a body that is something else after decoding',
    ours: 'refuses',
    theirs: 'accepts',
    why: 'The library verifies the decoded text: a MAC over `x` also fits a byte order mark and `x`. Ours fits the bytes alone.',
    appliesTo: (input) => !isText(input),
  },
  {
    name: 'tolerance 0',
    ours: 'refuses',
    theirs: 'accepts',
    why: 'There 0 turns the age check off. Here the configuration refuses it, and the verifier takes it for what it says.',
    appliesTo: ({ tolerance }) => tolerance === 0,
  },
];
