// Builds dist/ when what it is made of has changed since the last build. Run as a program, or imported.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const at = (...names) => path.join(root, ...names);
const builder = at('node_modules/@nestjs/cli/bin/nest.js');
const stamp = at('dist/.built');
const sourceFolders = ['src', 'migrations'];

/** @param {(line: string) => void} log - told when a build begins and how long it took */
export async function buildIfStale(log) {
  const isCheckout = existsSync(at('src')) && existsSync(builder);
  if (!isCheckout && existsSync(at('dist/src'))) return; // installed without sources or development packages
  if (!isCheckout) throw new Error('Turnpike is not built and cannot be built here. Run: npm ci');
  if (isFresh()) return;
  await alone(async () => {
    if (isFresh()) return; // somebody else was faster
    const start = performance.now();
    log('Building ...');
    const state = stateOfSources();
    if (outputs().some((file) => !existsSync(file))) rmSync(at('dist/.tsbuildinfo'), { force: true });
    await runBuilder();
    removeStaleOutputs();
    writeFileSync(stamp, state);
    log(`Building: done in ${((performance.now() - start) / 1_000).toFixed(1)} s`);
  });
}

const filesIn = (folder) =>
  existsSync(at(folder))
    ? readdirSync(at(folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)))
    : [];

const sources = () =>
  sourceFolders
    .flatMap(filesIn)
    .filter((file) => file.endsWith('.ts') && !/\.(spec|d)\.ts$|^src\/testing\//.test(file)) // as in tsconfig.build.json
    .toSorted();

const outputs = () => sources().map((file) => at('dist', file.replace(/\.ts$/, '.js')));

function stateOfSources() {
  const settings = readdirSync(root).filter((name) =>
    /^(package(-lock)?|nest-cli|tsconfig.*)\.json$/.test(name),
  );
  const hash = createHash('sha256');
  for (const file of [...settings.toSorted(), ...sources()])
    hash
      .update(`${file}\0`)
      .update(readFileSync(at(file)))
      .update('\0');
  return hash.digest('hex');
}

const isFresh = () =>
  existsSync(stamp) &&
  readFileSync(stamp, 'utf8') === stateOfSources() &&
  outputs().every((file) => existsSync(file));

function runBuilder() {
  const child = spawn(process.execPath, [builder, 'build'], { cwd: root, stdio: ['ignore', 2, 2] });
  const stop = () => {
    child.kill('SIGKILL');
    process.exit(1);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.once(signal, stop);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      for (const signal of signals) process.off(signal, stop);
      if (code === 0) resolve();
      else reject(new Error('The build has failed; see above.'));
    });
  });
}

function removeStaleOutputs() {
  const current = new Set(outputs());
  for (const file of sourceFolders.flatMap((folder) => filesIn(path.join('dist', folder)))) {
    if (!current.has(at(file.replace(/\.map$/, '')))) rmSync(at(file));
  }
}

/** Two builds at once would spoil each other's output. The lock is a symbolic link that names its process. */
async function alone(work) {
  const lock = at('dist/.building');
  mkdirSync(at('dist'), { recursive: true });
  while (!take(lock)) await sleep(100);
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock) {
  try {
    symlinkSync(String(process.pid), lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  try {
    process.kill(Number(readlinkSync(lock)), 0);
  } catch (error) {
    if (error.code === 'ESRCH') rmSync(lock, { force: true }); // its process was killed
  }
  return false;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildIfStale(console.log).catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
