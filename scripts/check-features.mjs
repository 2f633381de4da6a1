// npm run check:features: see the help below.
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const list = 'src/features/features.ts';
const notCopied = new Set(['node_modules', 'dist', '.data', '.git', 'coverage']);

/** Boots the whole application that is left, and compares it with the documents that name routes, tests and files. */
const quickTests = [
  'test/admin/contract.spec.ts',
  'test/documentation.spec.ts',
  'test/guarantees.spec.ts',
  'test/mutations.spec.ts',
];

const HELP = `Usage: npm run check:features -- [options] [feature ...]

Takes each feature away, one at a time, in a copy of the tree, and checks that nothing misses it. Its folder, its line in
${list} and its tests go; what is left must import nothing that is gone, keep the import rules, have no dead code and
boot.

  --tests   compile what is left, and run all of its tests: as long as npm test for each feature
  --help    this text

Examples:
  npm run check:features
  npm run check:features -- payouts --tests

Exit codes: 0 nothing misses them; 1 something does; 2 wrong options.`;

const { allTests, wanted } = options();

/** The folders and lines of the list. */
const features = readFileSync(path.join(root, list), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const folder = /from '\.\/([^/]+)\//.exec(line)?.[1];
    return folder === undefined ? [] : [{ line, folder }];
  });

function copyOfTree() {
  const copy = mkdtempSync(path.join(tmpdir(), 'turnpike-feature-'));
  for (const name of readdirSync(root)) {
    if (!notCopied.has(name)) cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  return copy;
}

/** Every TypeScript file of a folder, from the root of the tree. */
const filesOf = (tree, folder) =>
  readdirSync(path.join(tree, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.relative(tree, path.join(entry.parentPath, entry.name)));

/** `payouts-crash.spec.ts` is a test of `payouts`, unless there is a feature `payouts-crash`. */
function featureOfTest(file) {
  const [, name] = /^test\/features\/([\w-]+)/.exec(file) ?? [];
  const fitting = features.filter(({ folder }) => name === folder || name?.startsWith(`${folder}-`));
  return fitting.toSorted((a, b) => b.folder.length - a.folder.length)[0]?.folder;
}

/** Its tests bear its name, or use it, or use what goes: but only tests of features may use a feature. */
function removeTests(tree, feature) {
  const gone = new Set(filesOf(tree, 'test').filter((file) => featureOfTest(file) === feature));
  for (let before = -1; before < gone.size;) {
    before = gone.size;
    for (const file of filesOf(tree, 'test')) if (uses(tree, file, feature, gone)) gone.add(file);
  }
  const strangers = [...gone].filter(
    (file) => file.endsWith('.spec.ts') && !file.startsWith('test/features/'),
  );
  if (strangers.length > 0) {
    throw new Error(
      `Tests of something else use ${feature}: give them handlers of their own (test/harness).\n${strangers.join('\n')}`,
    );
  }
  for (const file of gone) rmSync(path.join(tree, file));
  return gone.size;
}

function uses(tree, file, feature, gone) {
  const text = readFileSync(path.join(tree, file), 'utf8');
  return [...text.matchAll(/from '(\.[^']+)\.js'/g)]
    .map(([, name]) => path.join(path.dirname(file), `${name}.ts`))
    .some((one) => one.startsWith(`src/features/${feature}/`) || gone.has(one));
}

function run(tree, program, ...args) {
  // A test run of its own, whoever started this script.
  const { JEST_WORKER_ID: _worker, ...env } = process.env;
  return new Promise((resolve, reject) => {
    const options = { cwd: tree, env, maxBuffer: 2 ** 28 };
    execFile(process.execPath, [path.join('node_modules', program), ...args], options, (error, out, err) => {
      if (error) reject(new Error(`${program} ${args.join(' ')}\n${out}${err}`));
      else resolve();
    });
  });
}

async function checkWithout({ line, folder }) {
  const start = performance.now();
  const tree = copyOfTree();
  try {
    rmSync(path.join(tree, 'src/features', folder), { recursive: true });
    const registered = readFileSync(path.join(tree, list), 'utf8');
    writeFileSync(path.join(tree, list), registered.replace(`${line}\n`, ''));
    const tests = removeTests(tree, folder);
    // A file that imports nothing that is gone compiles as before.
    if (allTests) await run(tree, 'typescript/bin/tsc', '--noEmit');
    const rules = ['--config', '.dependency-cruiser.cjs', 'src', 'test', 'clients'];
    await run(tree, 'dependency-cruiser/bin/dependency-cruise.mjs', ...rules);
    await run(tree, 'knip/bin/knip.js');
    await run(tree, 'jest/bin/jest.js', ...(allTests ? [] : ['--runInBand', ...quickTests]));
    const seconds = ((performance.now() - start) / 1_000).toFixed(0);
    console.log(`Nothing misses ${folder}, which took ${tests} files of tests with it (${seconds} s).`);
    return true;
  } catch (error) {
    console.error(`Without ${folder}: ${error.message}\n`);
    return false;
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

/** Two at once; all tests of a tree need the machine for themselves. */
async function checkAll(chosen) {
  const waiting = [...chosen];
  const results = [];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) results.push(await checkWithout(next));
  };
  await Promise.all(Array.from({ length: allTests ? 1 : 2 }, worker));
  return results;
}

function options() {
  try {
    const { values, positionals } = parseArgs({
      options: { tests: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    if (values.help) {
      console.log(HELP);
      process.exit();
    }
    return { allTests: values.tests, wanted: positionals };
  } catch (error) {
    return refuse(error.message);
  }
}

function refuse(problem) {
  console.error(`${problem}\n\n${HELP}`);
  process.exit(2);
}

if (!existsSync(path.join(root, 'node_modules'))) throw new Error('Run npm ci first');
const unknown = wanted.filter((name) => !features.some(({ folder }) => folder === name));
if (unknown.length > 0) refuse(`${list} has no ${unknown.join(', ')}`);
const chosen = features.filter(({ folder }) => wanted.length === 0 || wanted.includes(folder));
const results = await checkAll(chosen);
process.exitCode = results.length > 0 && results.every(Boolean) ? 0 : 1;
