/** Stripe's zero-decimal currencies: https://docs.stripe.com/currencies#zero-decimal */
const ZERO_DECIMAL = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));

/** https://docs.stripe.com/currencies#three-decimal */
const THREE_DECIMAL = new Set('bhd jod kwd omr tnd'.split(' '));

/**
 * How many decimals Stripe's smallest unit of a currency has. This is Stripe's own matter: it counts ISK and UGX in
 * hundredths although they have no such coins (https://docs.stripe.com/currencies#special-cases), and MGA in whole ones.
 */
export function stripeDecimals(currency: string): number {
  const code = currency.toLowerCase();
  if (ZERO_DECIMAL.has(code)) return 0;
  return THREE_DECIMAL.has(code) ? 3 : 2;
}

/**
 * An amount as people of a place write it.
 *
 * @param amount - in the smallest unit, as Stripe counts
 * @example formatAmount(1_050, 'jpy', 'en-US') // ¥1,050
 */
export function formatAmount(amount: number, currency: string, locale: string): string {
  const decimals = stripeDecimals(currency);
  const value = amount / 10 ** decimals;
  if (!/^[a-z]{3}$/i.test(currency)) {
    return `${new Intl.NumberFormat(locale, { minimumFractionDigits: decimals }).format(value)} ${currency.toUpperCase()}`;
  }
  const usual = new Intl.NumberFormat(locale, { style: 'currency', currency });
  const { maximumFractionDigits: digits = decimals } = usual.resolvedOptions();
  // Where people use fewer decimals than Stripe counts, they are shown only when there is something in them.
  const shown = digits < decimals && amount % 10 ** (decimals - digits) === 0 ? digits : decimals;
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: shown,
    maximumFractionDigits: shown,
  }).format(value);
}
