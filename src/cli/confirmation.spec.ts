import { describe, expect, it } from '@jest/globals';
import { PassThrough, Readable } from 'node:stream';
import { confirmed } from './confirmation.js';

describe('confirmed', () => {
  it.each([
    ['y\n', true],
    ['YES\n', true],
    ['\n', false],
    ['n\n', false],
    ['yesterday\n', false],
    ['', false],
  ])('takes %j for %s', async (answer, agreed) => {
    const output = new PassThrough();
    expect(await confirmed('Replay?', Readable.from([answer]), output)).toBe(agreed);
    expect(String(output.read())).toBe(`Replay? [y/N] ${answer ? '' : '\n'}`);
  });
});
