import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readlinkSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FolderInUseError, leaveFolder, ownerOf, takeFolder } from './folder-lock.js';
import { identify } from './processes.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'turnpike-lock-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test('a folder has one owner at a time, and none after it was left', () => {
  expect(ownerOf(folder)).toBeUndefined();
  takeFolder(folder);
  expect(ownerOf(folder)?.pid).toBe(process.pid);
  leaveFolder(folder);
  expect(ownerOf(folder)).toBeUndefined();
});

test('a folder of a running process is refused, and the message names that process', () => {
  takeFolder(folder);
  expect(() => takeFolder(folder)).toThrow(FolderInUseError);
  expect(() => takeFolder(folder)).toThrow(`process ${process.pid}`);
});

test('the folder of a process that was killed is free', async () => {
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(other, 'spawn');
  const { pid, started } = identify(other.pid) ?? {};
  symlinkSync(`${pid}:${started}`, `${folder}/owner.lock`);
  expect(() => takeFolder(folder)).toThrow(FolderInUseError);
  other.kill('SIGKILL');
  await once(other, 'exit');
  takeFolder(folder);
  expect(ownerOf(folder)?.pid).toBe(process.pid);
  expect(readdirSync(folder)).toEqual(['owner.lock']);
});

test('a running process with the number of a dead owner is not taken for it', () => {
  symlinkSync(`${process.pid}:some other time`, `${folder}/owner.lock`);
  expect(ownerOf(folder)).toBeUndefined();
  takeFolder(folder);
  expect(readlinkSync(`${folder}/owner.lock`)).not.toContain('some other time');
});

test('a lock that makes no sense does not keep anybody out', () => {
  symlinkSync('nonsense', `${folder}/owner.lock`);
  takeFolder(folder);
  expect(ownerOf(folder)?.pid).toBe(process.pid);
});
