import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { TestApp } from '../harness/app.js';
import { startPrivateStack } from '../harness/stack.js';
import { corpusOf } from './corpus.js';
import type { AnyTarget, FuzzSurroundings } from './fuzz-target.js';
import { FUZZ_ADMIN_KEY, FUZZ_APP_SECRET } from './http.targets.js';
import { httpTargets, pureTargets } from './targets.js';

const HELP = `npm run test:fuzz -- [options] [target …]

Feeds made-up input to what takes input from outside, until the time is over or something does not hold.

  --minutes N   how long in all; default: 5
  --seed N      repeats a run with the same seed; default: random, printed
  --help        this text

Targets: ${[...pureTargets, ...httpTargets].map(({ name }) => name).join(', ')}; default: all.
A counterexample belongs into test/fuzz/corpus/<target>.json, with a name: from then on every test run tries it.`;

const { values, positionals } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    help: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const all = [...pureTargets, ...httpTargets];
const chosen = positionals.length > 0 ? all.filter(({ name }) => positionals.includes(name)) : all;
const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
const isUsable = minutes > 0 && Number.isInteger(seed) && chosen.length >= Math.max(1, positionals.length);
if (values.help || !isUsable) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}

/** An application for those targets that need one. */
async function withApp<T>(work: (surroundings: FuzzSurroundings) => Promise<T>): Promise<T> {
  const servers = await startPrivateStack();
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'turnpike-fuzz-'));
  const app = await TestApp.start({
    databaseUrl: servers.databaseUrl,
    redisUrl: servers.redisUrl,
    prefix: '{fuzz}',
    env: {
      ADMIN_BOOTSTRAP_KEY: FUZZ_ADMIN_KEY,
      APP_REQUESTS_PER_MINUTE: '100000',
      DATA_DIR: dataDir,
      STRIPE_APP_SECRETS: FUZZ_APP_SECRET,
      STRIPE_ISSUING_WEBHOOK_SECRETS: 'whsec_fuzz',
    },
  });
  try {
    return await work({ url: app.url });
  } finally {
    await app.stop();
    await servers.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** @throws Error with the smallest input for which the target does not hold */
async function fuzz(target: AnyTarget, surroundings: FuzzSurroundings, milliseconds: number): Promise<void> {
  for (const entry of corpusOf(target.name)) await target.recheck(entry, surroundings);
  let tried = 0;
  const started = performance.now();
  for (let round = 0; performance.now() - started < milliseconds; round++) {
    // Rounds are alike for a seed, however fast the machine is: it decides only how many there are.
    const options = { seed: seed + round, numRuns: 500 };
    await target.search(async (inputs, check) => {
      const property = fc.asyncProperty(inputs, async (input) => {
        tried++;
        await check(input);
      });
      await fc.assert(property, options);
    }, surroundings);
  }
  console.log(`${target.name}: ${tried.toLocaleString('en')} inputs. ${target.holds}`);
}

console.log(`seed ${seed}, ${minutes} minutes; repeat with --seed ${seed}`);
try {
  await withApp(async (surroundings) => {
    for (const target of chosen) await fuzz(target, surroundings, (minutes * 60_000) / chosen.length);
  });
} catch (error) {
  console.error(error);
  console.error(`Repeat with --seed ${seed}. Keep the counterexample in test/fuzz/corpus/.`);
  process.exitCode = 1;
}
process.exit();
