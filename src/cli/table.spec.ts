import { describe, expect, it } from '@jest/globals';
import { milliseconds, table, time } from './table.js';

describe('table', () => {
  it('aligns columns and leaves no space at the end of a line', () => {
    expect(
      table([
        ['ID', 'TYPE'],
        ['evt_1', 'a'],
      ]),
    ).toBe('ID     TYPE\nevt_1  a');
  });

  it('lets no text break the line or reach the terminal as a command', () => {
    expect(table([['a\nb', '\u001b]0;owned\u0007', '\u202Eevil', 'x']])).toBe('a b   ]0;owned    evil  x');
  });
});

describe('time', () => {
  it('shows milliseconds only where there are some, and a dash for never', () => {
    expect(time('1970-01-01T00:00:00.000Z')).toBe('1970-01-01T00:00:00Z');
    expect(time('1970-01-01T00:00:00.005Z')).toBe('1970-01-01T00:00:00.005Z');
    expect(time(null)).toBe('–');
  });
});

describe('milliseconds', () => {
  it('is precise where it matters', () => {
    expect([0.54, 9.96, 123.4].map(milliseconds)).toEqual(['0.5 ms', '10.0 ms', '123 ms']);
  });
});
