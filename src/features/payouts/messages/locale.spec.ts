import { describe, expect, it } from '@jest/globals';
import { formatDay, languageOf, localeFor } from './locale.js';
import { phrases } from './phrases.js';

describe('the locale of a message', () => {
  it.each([
    [null, 'DE', 'de-DE'],
    [null, 'AT', 'de-AT'],
    [null, 'FR', 'fr-FR'],
    [null, 'MX', 'es-MX'],
    [null, 'GB', 'en-GB'],
    [null, 'JP', 'en-JP'],
    [null, null, 'en-US'],
    [null, 'Germany', 'en-US'],
    ['fr-CA', 'CA', 'fr-CA'],
    ['DE', 'US', 'de'],
    ['ja-JP', 'JP', 'en-JP'],
    ['<nonsense>', 'DE', 'de-DE'],
  ])('for an account that says %s in %s is %s', (locale, country, expected) => {
    expect(localeFor({ locale, country })).toBe(expected);
  });

  it('has texts in every language that a country leads to', () => {
    for (const country of ['DE', 'FR', 'ES', 'US']) {
      expect(Object.keys(phrases)).toContain(languageOf(localeFor({ locale: null, country })));
    }
  });
});

describe('a day', () => {
  it.each([
    ['en-US', 'Thursday, March 5, 2099'],
    ['de-DE', 'Donnerstag, 5. März 2099'],
    ['fr-FR', 'jeudi 5 mars 2099'],
    ['es-ES', 'jueves, 5 de marzo de 2099'],
  ])('reads in %s as %s, wherever the server is', (locale, expected) => {
    expect(formatDay(new Date('2099-03-05T00:00:00Z'), locale)).toBe(expected);
  });
});
