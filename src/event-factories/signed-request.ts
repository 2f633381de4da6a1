import { createHmac } from 'node:crypto';

/** What to sign: an event, or a body that is sent byte for byte. */
type Content = { event: object; body?: never } | { body: string | Uint8Array; event?: never };

/** How to sign it. */
interface Signing {
  /** The endpoint's secret; several while a secret is being rolled: Stripe then signs with each. */
  secret: string | readonly string[];
  /** When it was signed, in seconds since 1970; default: now. */
  timestamp?: number;
}

/** A request ready to be posted. */
export interface SignedRequest {
  body: Buffer;
  headers: Record<string, string>;
}

/** The text Stripe sends for an event: JSON, indented by two. */
const wireText = (event: object) => JSON.stringify(event, null, 2);

/**
 * Makes the request Stripe would make: its headers, its formatting, a genuine signature.
 *
 * @example
 * const { body, headers } = signedRequest({ event: createEvent('invoice.paid'), secret: 'whsec_…' });
 * await fetch(url, { method: 'POST', body, headers });
 */
export function signedRequest({ secret, timestamp, ...content }: Content & Signing): SignedRequest {
  const body = Buffer.from(content.body ?? wireText(content.event));
  const time = timestamp ?? Math.floor(Date.now() / 1_000);
  const secrets = typeof secret === 'string' ? [secret] : secret;
  const signatures = secrets.map((key) =>
    createHmac('sha256', key).update(`${time}.`).update(body).digest('hex'),
  );
  return {
    body,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      Accept: '*/*; q=0.5, application/xml',
      'Cache-Control': 'no-cache',
      'Stripe-Signature': [`t=${time}`, ...signatures.map((signature) => `v1=${signature}`)].join(','),
    },
  };
}
