import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

// The real script and the real compiler on a project of two files.
const root = path.resolve(__dirname, '..');
let project: string;

beforeAll(() => {
  project = mkdtempSync(path.join(os.tmpdir(), 'turnpike-build-'));
  for (const name of ['package.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts']) {
    cpSync(path.join(root, name), path.join(project, name), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(project, 'node_modules'));
  for (const part of ['src/part', 'src/testing']) mkdirSync(path.join(project, part), { recursive: true });
  mkdirSync(path.join(project, 'migrations'));
  write('src/main.ts', 'export const version: number = 1;');
  write('src/part/old.ts', 'export {};');
  write('migrations/index.ts', 'export {};');
});

afterAll(() => rmSync(project, { recursive: true }));

const write = (file: string, text: string) => writeFileSync(path.join(project, file), `${text}\n`);
const isBuilt = (file: string) => existsSync(path.join(project, 'dist', file));

/** What it says: nothing when there is nothing to build. */
function build(): string {
  const run = spawnSync(process.execPath, ['scripts/build-if-stale.mjs'], { cwd: project, encoding: 'utf8' });
  return `${run.stdout}${run.stderr}${run.status === 0 ? '' : `exit code ${run.status}`}`;
}

test('builds when a source has changed, and only then', () => {
  expect(build()).toMatch(/^Building \.\.\.\nBuilding: done in [\d.]+ s\n$/);
  expect(['src/main.js', 'src/part/old.js', 'migrations/index.js'].map(isBuilt)).toEqual([true, true, true]);
  expect(build()).toBe('');
  for (const file of ['src/main.spec.ts', 'src/testing/kit.ts']) write(file, 'export {};'); // no part of the product
  expect(build()).toBe('');
  write('src/main.ts', 'export const version: number = 2;');
  expect(build()).toContain('done');
});

test('what was built from a deleted source goes, and what was deleted from the build comes back', () => {
  build();
  rmSync(path.join(project, 'src/part/old.ts'));
  rmSync(path.join(project, 'dist/src/main.js'));
  expect(build()).toContain('done');
  expect(['src/main.js', 'src/part/old.js', 'src/part/old.js.map'].map(isBuilt)).toEqual([
    true,
    false,
    false,
  ]);
});

test('a build that fails says so and is tried again', () => {
  write('src/main.ts', 'export const = 1;');
  expect(build()).toMatch(/src\/main\.ts[^]*The build has failed; see above\.\nexit code 1$/);
  write('src/main.ts', 'export const version: number = 3;');
  expect(build()).toContain('done');
});
