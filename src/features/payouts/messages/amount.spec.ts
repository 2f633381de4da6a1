import { describe, expect, it } from '@jest/globals';
import { formatAmount, stripeDecimals } from './amount.js';

/** Formatted amounts hold no-break spaces of several kinds. */
const shown = (amount: number, currency: string, locale: string) =>
  formatAmount(amount, currency, locale).replaceAll(/[\u00A0\u202F]/g, ' ');

describe('an amount', () => {
  it.each([
    [1_050, 'usd', 'en-US', '$10.50'],
    [123_456, 'eur', 'de-DE', '1.234,56 €'],
    [123_456, 'eur', 'fr-FR', '1 234,56 €'],
    [123_456, 'eur', 'es-ES', '1234,56 €'],
    [-1_050, 'gbp', 'en-GB', '-£10.50'],
    [0, 'usd', 'en-US', '$0.00'],
    [5, 'usd', 'en-US', '$0.05'],
    [99_999_999_999, 'usd', 'en-US', '$999,999,999.99'],
  ])('of %d %s reads in %s as %s', (amount, currency, locale, text) => {
    expect(shown(amount, currency, locale)).toBe(text);
  });

  it.each('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '))(
    'in %s, which Stripe counts in whole units, is not divided',
    (currency) => {
      expect(stripeDecimals(currency)).toBe(0);
      expect(shown(12_345, currency, 'en-US')).toMatch(/^\D*12,345$/);
    },
  );

  it.each('bhd jod kwd omr tnd'.split(' '))(
    'in %s, which Stripe counts in thousandths, has three decimals',
    (currency) => {
      expect(stripeDecimals(currency)).toBe(3);
      expect(shown(12_340, currency, 'en-US')).toMatch(/^\D*12\.340$/);
    },
  );

  it.each('isk ugx huf twd'.split(' '))(
    'in %s, which Stripe counts in hundredths although there are none, shows them only if there are some',
    (currency) => {
      expect(stripeDecimals(currency)).toBe(2);
      expect(shown(1_234_500, currency, 'en-US')).toMatch(/^\D*12,345(?:\.00)?$/);
      expect(shown(1_234_550, currency, 'en-US')).toMatch(/^\D*12,345\.50$/);
    },
  );

  it('in upper case or in what is no currency of three letters is shown all the same', () => {
    expect(shown(500, 'JPY', 'en-US')).toBe('¥500');
    expect(shown(1_050, 'usdc', 'en-US')).toBe('10.50 USDC');
  });
});
