import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'turnpike-alone-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('the kit serves any test runner, brings its own servers, and leaves no process, handle or file behind', async () => {
  const { TURNPIKE_TEST_STACK: _shared, ...env } = process.env;
  const args = ['--import', './src/testing/typescript-loader.mjs', './test/testing/alone.main.ts'];
  const child = spawn(process.execPath, args, {
    env: { ...env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (output += text.toString()));
  // It ends by itself, and its pipes close, only when nothing of it is left.
  const [code] = (await once(child, 'close')) as [number | null];
  expect({ code, output }).toMatchObject({ code: 0, output: expect.stringMatching(/(#|ℹ) pass 3/) });
  expect(readdirSync(folder)).toEqual([]);
}, 300_000);
