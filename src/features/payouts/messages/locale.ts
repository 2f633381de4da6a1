import { phrases } from './phrases.js';

/** Languages of the countries where one is plain; elsewhere, and where several are usual, English. */
const LANGUAGES: Record<string, string> = {
  ...ofCountries('de', 'DE AT CH LI'),
  ...ofCountries('fr', 'FR LU MC'),
  ...ofCountries('es', 'ES MX AR BO CL CO CR DO EC GT HN NI PA PE PR PY SV UY VE'),
};

/**
 * The locale to write in: what the platform chose for the account, or else the language of its country; English, as it
 * is written there, where there are no texts in that language.
 */
export function localeFor({ locale, country }: { locale: string | null; country: string | null }): string {
  const region = /^[A-Z]{2}$/.test(country ?? '') ? (country as string) : 'US';
  for (const wanted of [locale, `${LANGUAGES[region] ?? 'en'}-${region}`]) {
    const usable = canonical(wanted);
    if (usable !== undefined && languageOf(usable) in phrases) return usable;
  }
  return `en-${region}`;
}

/** `de` of `de-AT`. */
export const languageOf = (locale: string): string => locale.split('-', 1)[0] ?? '';

/** The day, written out. Stripe's arrival dates are midnights in UTC. */
export const formatDay = (date: Date, locale: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeZone: 'UTC' }).format(date);

function canonical(locale: string | null): string | undefined {
  try {
    return Intl.getCanonicalLocales(locale ?? [])[0];
  } catch {
    return undefined;
  }
}

function ofCountries(language: string, countries: string): Record<string, string> {
  return Object.fromEntries(countries.split(' ').map((country) => [country, language]));
}
