// Takes each feature away, one at a time, and checks that nothing else misses it: its folder, its line in
// src/features/features.ts and its own tests go; what is left must compile, keep the import rules and know its features.
// With names as arguments only these; with --tests all that is left of the tests runs, too.
import { execFileSync } from 'node:child_process';
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

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const list = 'src/features/features.ts';
const notCopied = new Set(['node_modules', 'dist', '.data', '.git', 'coverage']);

const wanted = process.argv.slice(2).filter((argument) => argument !== '--tests');
const allTests = process.argv.includes('--tests');

/** The lines of the list, with the folder that each brings in. */
function features() {
  const lines = readFileSync(path.join(root, list), 'utf8').split('\n');
  return lines.flatMap((line) => {
    const folder = /from '\.\/([^/]+)\//.exec(line)?.[1];
    return folder && (wanted.length === 0 || wanted.includes(folder)) ? [{ line, folder }] : [];
  });
}

function copyOfTree() {
  const copy = mkdtempSync(path.join(tmpdir(), 'turnpike-feature-'));
  for (const name of readdirSync(root)) {
    if (!notCopied.has(name)) cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  return copy;
}

const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name));

/** The tests of a feature are those that bear its name or import it, and those that import these. */
function removeTests(copy, folder) {
  const gone = new Set([path.join(copy, 'src/features', folder)]);
  for (;;) {
    const more = filesOf(path.join(copy, 'test')).filter(
      (file) => file.startsWith(path.join(copy, 'test/features', folder)) || importsOneOf(file, gone),
    );
    if (more.length === 0) return gone.size - 1;
    for (const file of more) {
      gone.add(file);
      rmSync(file);
    }
  }
}

function importsOneOf(file, gone) {
  const imported = [...readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)\.js'/g)].map(([, name]) =>
    path.resolve(path.dirname(file), `${name}.ts`),
  );
  return imported.some(
    (one) => gone.has(one) || [...gone].some((folder) => one.startsWith(folder + path.sep)),
  );
}

function checkWithout({ line, folder }) {
  const copy = copyOfTree();
  const run = (program, ...args) =>
    execFileSync(process.execPath, [path.join('node_modules', program), ...args], {
      cwd: copy,
      stdio: 'pipe',
    });
  try {
    rmSync(path.join(copy, 'src/features', folder), { recursive: true });
    writeFileSync(
      path.join(copy, list),
      readFileSync(path.join(copy, list), 'utf8').replace(`${line}\n`, ''),
    );
    const tests = removeTests(copy, folder);
    run('typescript/bin/tsc', '--noEmit');
    run('dependency-cruiser/bin/dependency-cruise.mjs', '--config', '.dependency-cruiser.cjs', 'src', 'test');
    run('jest/bin/jest.js', ...(allTests ? [] : ['src/features', 'test/features']));
    console.log(`Nothing misses ${folder} (with ${tests} files of tests).`);
    return true;
  } catch (error) {
    console.error(`Without ${folder}:\n${error.stdout ?? error.stack}${error.stderr ?? ''}`);
    return false;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

if (!existsSync(path.join(root, 'node_modules'))) throw new Error('Run npm ci first');
const results = features().map(checkWithout);
process.exit(results.length > 0 && results.every(Boolean) ? 0 : 1);
