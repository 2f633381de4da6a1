// npm run test:mutations: breaks the product on purpose, one promise at a time, and checks that the test which shows the
// promise notices. The breakages are in test/mutations.ts; they are applied to a copy of the tree.
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, stripVTControlCharacters } from 'node:util';
import { titlePattern } from '../test/harness/test-titles.js';
import { mutations, TIMED_OUT } from '../test/mutations.js';

const HELP = `Usage: npm run test:mutations -- [options]

Breaks the product on purpose, one promise at a time, in a copy of the tree, and runs the one test that must notice.
Before that, all these tests must pass on the code as it is.
With --histories, a round of the fault tests must notice: its checker is all that looks.

  --only <name>   this breakage alone; may be repeated
  --histories     play rounds of the fault tests, for the breakages that name one
  --list          print the breakages and the tests that must notice them; run nothing
  --json          one JSON document on standard output, progress on standard error
  --help          this text

Examples:
  npm run test:mutations
  npm run test:mutations -- --only no-fencing --only sweeper-off
  npm run test:mutations -- --histories
  npm run --silent test:mutations -- --json > mutations.json

Exit codes: 0 every breakage was noticed; 1 one was not, or a test fails without any; 2 wrong options; 130 interrupted.`;

/** Longest time for a run of jest with one test, and with all of them, in milliseconds. */
const RUN_LIMIT_MS = 300_000;
const ALL_LIMIT_MS = 1_200_000;
/** Longest time for one round of the fault tests, which wait long for what is stuck, in milliseconds. */
const ROUND_LIMIT_MS = 600_000;
/** A test that waits for what never comes is given this many times what it takes otherwise, and at least so long. */
const PATIENCE = 4;
const LEAST_PATIENCE_MS = 10_000;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const notCopied = new Set(['node_modules', 'dist', '.data', '.git', 'coverage']);

const { only, list, json, histories } = options();
const chosen = mutations.filter(
  ({ name, history }) => (only.length === 0 || only.includes(name)) && (history || !histories),
);
const say = (line) => (json ? console.error(line) : console.log(line));
/** How long each test takes without a breakage, in milliseconds. */
const durations = new Map();
let child;
let copy;

if (list) printList();
else await main();

function options() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', multiple: true, default: [] },
        histories: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const unknown = values.only.find((name) => !mutations.some((one) => one.name === name));
    if (unknown !== undefined) throw new Error(`There is no breakage '${unknown}': --list shows all.`);
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    return values;
  } catch (error) {
    console.error(`${error.message}\n\n${HELP}`);
    process.exit(2);
  }
}

function printList() {
  if (json)
    return console.log(
      JSON.stringify(chosen, (_key, value) => (value instanceof RegExp ? String(value) : value), 2),
    );
  for (const { name, breaks, spec, test, history } of chosen) {
    console.log(`${name}\n  ${breaks}\n  ${spec} “${test}”`);
    if (history) console.log(`  the round of seed ${history.seed}: ${history.promise}`);
  }
}

async function main() {
  process.once('SIGINT', () => end(130));
  process.once('SIGTERM', () => end(143));
  const started = Date.now();
  copy = copyOfTree();
  try {
    const red = histories ? await brokenAsItIs() : await failingAsItIs();
    const results = await breakOneAfterTheOther(red.map(({ name }) => name));
    report([...red, ...results], Date.now() - started);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function end(code) {
  child?.kill('SIGTERM');
  if (copy) rmSync(copy, { recursive: true, force: true });
  process.exit(code);
}

/** Whatever fails without a breakage could not show one. */
async function failingAsItIs() {
  const specs = [...new Set(chosen.map(({ spec }) => spec))];
  say(`The tests without a breakage: ${chosen.length} in ${specs.length} files …`);
  const { seconds, outcomes, output } = await jest(
    specs,
    chosen.map(({ test }) => titlePattern(test)).join('|'),
    [],
    ALL_LIMIT_MS,
  );
  const red = chosen.flatMap(({ name, spec, test }) => {
    const found = outcomes.filter((one) => matches(one, spec, test));
    const failed = found.filter(({ status }) => status !== 'passed');
    durations.set(name, Math.max(0, ...found.map(({ duration }) => duration)));
    if (found.length > 0 && failed.length === 0) return [];
    const why = failed[0]?.message ?? 'It did not run.';
    return [{ name, spec, test, verdict: 'red without a breakage', seconds, why }];
  });
  say(red.length > 0 ? `These fail, and show nothing: ${namesOf(red)}` : `All pass (${seconds} s)`);
  if (red.some(({ why }) => why === 'It did not run.')) say(output);
  return red;
}

const namesOf = (results) => results.map(({ name }) => name).join(', ');

async function breakOneAfterTheOther(except) {
  const results = [];
  const left = chosen.filter(({ name }) => !except.includes(name));
  for (const mutation of left) {
    const result = await broken(mutation, histories ? playRound : runTest);
    results.push(result);
    const place = `[${String(results.length).padStart(String(left.length).length)}/${left.length}]`;
    say(`${place} ${result.verdict.padEnd(10)} ${mutation.name} (${result.seconds} s): ${mutation.breaks}`);
    const shown = histories
      ? `the round of seed ${mutation.history.seed}`
      : `${mutation.spec} “${mutation.test}”`;
    if (result.verdict !== 'noticed') say(`      ${shown}\n${result.why}`);
  }
  return results;
}

/** What comes to light while the code is broken so. */
async function broken(mutation, look) {
  const { name, breaks, edits } = mutation;
  const originals = new Map(edits.map(({ file }) => [file, readFileSync(path.join(copy, file), 'utf8')]));
  try {
    for (const edit of edits) apply(edit);
    return { name, breaks, ...(await look(mutation)) };
  } finally {
    for (const [file, text] of originals) writeFileSync(path.join(copy, file), text);
  }
}

async function runTest({ name, spec, test, fails }) {
  const limit = Math.round(Math.max(LEAST_PATIENCE_MS, PATIENCE * durations.get(name)));
  const patience = fails === TIMED_OUT ? [`--testTimeout=${limit}`] : [];
  const { seconds, outcomes, output } = await jest([spec], titlePattern(test), patience);
  const found = outcomes.filter((one) => matches(one, spec, test));
  const failed = found.filter(({ status }) => status === 'failed');
  const result = { spec, test, seconds };
  if (failed.some(({ message }) => fails.test(message))) return { ...result, verdict: 'noticed' };
  const why = `${failed[0]?.message ?? output}\nA failure like ${fails} was expected.`;
  if (failed.length > 0) return { ...result, verdict: 'fails otherwise', why };
  return { ...result, verdict: found.length > 0 ? 'UNNOTICED' : 'not run', why };
}

async function playRound({ history: { seed, promise } }) {
  const { seconds, rounds, output } = await faults(['--seed', String(seed), '--rounds', '1']);
  const result = { seed, promise, seconds };
  if (rounds.some(({ broken: promises = [] }) => promises.includes(promise)))
    return { ...result, verdict: 'noticed' };
  const report = rounds.map((round) => round.report ?? '').join('\n');
  const why = `${report || output}\nThis was expected to be broken: ${promise}`;
  if (report) return { ...result, verdict: 'fails otherwise', why };
  return { ...result, verdict: rounds.length > 0 ? 'UNNOTICED' : 'not run', why };
}

/** The rounds in which a promise is broken although nobody broke the code. */
async function brokenAsItIs() {
  const seeds = [...new Set(chosen.map(({ history }) => history.seed))];
  say(`The rounds without a breakage: ${seeds.length} …`);
  const red = [];
  for (const seed of seeds) {
    const { seconds, rounds, output } = await faults(['--seed', String(seed), '--rounds', '1']);
    if (rounds.length > 0 && rounds.every(({ outcome }) => outcome === 'kept')) continue;
    const why = rounds.map(({ report }) => report ?? '').join('\n') || output;
    const mine = chosen.filter(({ history }) => history.seed === seed);
    red.push(...mine.map(({ name }) => ({ name, seed, verdict: 'red without a breakage', seconds, why })));
  }
  say(
    red.length > 0
      ? `Red already, and showing nothing: those of ${namesOf(red)}`
      : 'All promises are kept in them',
  );
  return red;
}

/** Plays rounds of the fault tests on the copy, and says what became of each. */
async function faults(options) {
  const loader = ['--import', './test/harness/typescript-loader.mjs'];
  const began = Date.now();
  const output = await run([...loader, 'test/faults/main.ts', '--json', ...options], ROUND_LIMIT_MS);
  const seconds = Number(((Date.now() - began) / 1000).toFixed(1));
  const lines = output.split('\n').filter((line) => line.startsWith('{"seed"'));
  return { seconds, rounds: lines.map((line) => JSON.parse(line)), output: output.slice(-4_000) };
}

function apply({ file, find, replace }) {
  const text = readFileSync(path.join(copy, file), 'utf8');
  const parts = text.split(find);
  if (parts.length !== 2)
    throw new Error(`${file} has this text ${parts.length - 1} times, not once:\n${find}`);
  writeFileSync(path.join(copy, file), parts.join(replace));
}

function matches({ spec, title }, wantedSpec, test) {
  return spec === wantedSpec && new RegExp(`^${titlePattern(test)}`).test(title);
}

/** Runs the tests with such titles, and says how each of them ended. */
async function jest(specs, titles, more = [], limitMs = RUN_LIMIT_MS) {
  const file = path.join(copy, 'outcomes.json');
  rmSync(file, { force: true });
  const began = Date.now();
  const program = 'node_modules/jest/bin/jest.js';
  const options = ['--ci', '--json', `--outputFile=${file}`, '-t', titles, ...more];
  const output = await run([program, ...options, ...specs], limitMs);
  const seconds = Number(((Date.now() - began) / 1000).toFixed(1));
  if (!existsSync(file)) return { seconds, outcomes: [], output: output.slice(-4_000) };
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
  const outcomes = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status !== 'pending')
      .map(({ title, status, duration, failureMessages }) => ({
        spec: path.relative(copy, name),
        title,
        status,
        duration: duration ?? 0,
        message: stripVTControlCharacters(failureMessages.join('\n')).slice(0, 3_000),
      })),
  );
  const unloadable = testResults.filter(({ assertionResults }) => assertionResults.length === 0);
  const said = unloadable.map(({ message }) => message).join('\n') || output.slice(-4_000);
  return { seconds, outcomes, output: stripVTControlCharacters(said) };
}

/** Runs Node on the copy. @returns what it said */
async function run(args, limitMs) {
  let output = '';
  child = spawn(process.execPath, args, {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const timer = setTimeout(() => child.kill('SIGTERM'), limitMs);
  await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  return output;
}

function copyOfTree() {
  if (!existsSync(path.join(root, 'node_modules'))) throw new Error('Run npm ci first');
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'turnpike-mutations-')));
  for (const name of readdirSync(root)) {
    if (!notCopied.has(name)) cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

function report(results, ms) {
  const noticed = results.filter(({ verdict }) => verdict === 'noticed').length;
  if (json)
    console.log(
      JSON.stringify({ noticed, of: chosen.length, seconds: Math.round(ms / 1000), results }, null, 2),
    );
  else
    for (const { verdict, name, why } of results)
      if (verdict.startsWith('red')) console.log(`${name}: ${verdict}\n${why}`);
  say(`${noticed} of ${chosen.length} breakages noticed in ${Math.round(ms / 1000)} s`);
  process.exitCode = noticed === chosen.length ? 0 : 1;
}
