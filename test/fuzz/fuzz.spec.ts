import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { wholeApp } from '../harness/whole-app.js';
import { corpusOf } from './corpus.js';
import { FUZZ_ADMIN_KEY, FUZZ_APP_SECRET } from './http.targets.js';
import { ourVerdict, stripeVerdict } from './signature.target.js';
import { differences, type SignedInput } from './stripe-differences.js';
import { httpTargets, pureTargets } from './targets.js';

/** The short run, with the same inputs each time; `npm run test:fuzz -- --minutes 5` has others each time. */
const SEED = 8;

const test = wholeApp({ ADMIN_BOOTSTRAP_KEY: FUZZ_ADMIN_KEY, STRIPE_APP_SECRETS: FUZZ_APP_SECRET });

describe.each([
  ...pureTargets.map((target) => ({ target, name: target.name, numRuns: 1_000 })),
  ...httpTargets.map((target) => ({ target, name: target.name, numRuns: 100 })),
])('fuzzing of $name', ({ target, numRuns }) => {
  it(`${target.holds.replace(/\.$/, '')}: of the corpus`, async () => {
    const entries = corpusOf(target.name);
    expect(entries).not.toEqual([]);
    for (const entry of entries) await target.recheck(entry, { url: test.app.url });
  });

  it('and of inputs that are made up', async () => {
    await target.search(
      (inputs, check) => fc.assert(fc.asyncProperty(inputs, check), { numRuns, seed: SEED }),
      {
        url: test.app.url,
      },
    );
  });
});

describe('the table of differences from Stripe’s library', () => {
  const examples = corpusOf('stripe-differences').map(({ name, input }) => ({
    name,
    input: input as SignedInput,
  }));

  it('has an example of every difference, and no example of another', () => {
    expect(examples.map(({ name }) => name).toSorted()).toEqual(
      differences.map(({ name }) => name).toSorted(),
    );
  });

  it.each(examples)('is right about $name', ({ name, input }) => {
    const difference = differences.find((one) => one.name === name);
    expect(difference?.appliesTo(input)).toBe(true);
    expect({ ours: ourVerdict(input), theirs: stripeVerdict(input) }).toEqual({
      ours: difference?.ours,
      theirs: difference?.theirs,
    });
  });
});
