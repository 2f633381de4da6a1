import type { IncomingMessage } from 'node:http';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a page of another site makes a browser send this change: browsers add the `Basic` credentials that they
 * remember, whoever asks. What they say about the origin cannot be set by the page. A client that is no browser says
 * nothing, and remembers nothing.
 */
export function isCrossSiteChange({ method = '', headers }: IncomingMessage): boolean {
  if (SAFE_METHODS.has(method)) return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  // Browsers leave Sec-Fetch-Site out on plain HTTP.
  return site === undefined && headers.origin !== undefined && hostOf(headers.origin) !== headers.host;
}

const hostOf = (origin: string): string | undefined =>
  URL.canParse(origin) ? new URL(origin).host : undefined;
