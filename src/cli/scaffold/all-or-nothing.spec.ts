import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CliError } from '../cli-error.js';
import { writeAllOrNothing } from './all-or-nothing.js';

describe('files that are written together', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'turnpike-files-'));
    writeFileSync(path.join(folder, 'list'), 'before');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const file = (path: string, action: 'create' | 'change') => ({ path, action, content: `new ${path}` });
  const names = () => readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
  const list = () => readFileSync(path.join(folder, 'list'), 'utf8');

  it('are all there, and nothing else', () => {
    writeAllOrNothing(folder, [file('a/b/c', 'create'), file('list', 'change')]);
    expect(names()).toEqual(['a', 'a/b', 'a/b/c', 'list']);
    expect(list()).toBe('new list');
  });

  it.each([
    ['to change is missing', file('none', 'change')],
    ['to create is there', file('list', 'create')],
    ['cannot be in a file', file('list/a', 'create')],
  ])('are all taken back when one that %s', (_why, last) => {
    const files = [file('a/b/c', 'create'), file('d', 'create'), file('list', 'change'), last];
    expect(() => writeAllOrNothing(folder, files)).toThrow(CliError);
    expect(names()).toEqual(['list']);
    expect(list()).toBe('before');
  });
});
