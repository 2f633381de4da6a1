import { describe, expect, it } from '@jest/globals';
import { readOptions, WrongOptions } from './options.js';

describe('the options of the fault tests', () => {
  it('name the rounds by their seeds', () => {
    expect(readOptions(['--rounds', '1', '--seed', '4711'])).toEqual({
      ...{ rounds: 1, seed: 4711, minutes: Infinity, lanes: 1, json: false },
    });
  });

  it('give as many rounds as fit into the minutes', () => {
    expect(readOptions(['--minutes', '0.5'])).toMatchObject({ minutes: 0.5, rounds: Infinity, lanes: 3 });
  });

  it('are nothing when help is asked for', () => {
    expect(readOptions(['--help'])).toBeUndefined();
  });

  it.each([
    ['--rounds', '0'],
    ['--rounds', '1.5'],
    ['--seed', '-1'],
    ['--seed', '4294967296'],
    ['--minutes', 'x'],
    ['--fast'],
  ])('are refused when they make no sense: %s %s', (...args) => {
    expect(() => readOptions(args.filter((arg) => typeof arg === 'string'))).toThrow(WrongOptions);
  });
});
