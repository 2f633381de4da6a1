import { createHmac, timingSafeEqual } from 'node:crypto';

/** Why a signature was refused; part of the HTTP answer and of the metrics. */
export type SignatureRefusal =
  | 'signature_missing'
  | 'signature_malformed'
  | 'signature_scheme_unsupported'
  | 'signature_mismatch'
  | 'signature_expired';

export type SignatureVerdict =
  | { ok: true; secretIndex: number; /** Seconds since 1970. */ timestamp: number }
  | { ok: false; reason: SignatureRefusal };

interface SignedRequest {
  header: string | undefined;
  body: Buffer;
  /** Newest first; each is used as it stands, prefix included. */
  secrets: readonly string[];
  toleranceSeconds: number;
  /** Seconds since 1970. */
  now: number;
}

const refuse = (reason: SignatureRefusal): SignatureVerdict => ({ ok: false, reason });

/**
 * Checks a `Stripe-Signature` header over the exact bytes of a body.
 *
 * Only scheme `v1` counts; a timestamp ahead of our clock passes, as it does in Stripe's own library.
 * https://docs.stripe.com/webhooks#verify-manually
 *
 * @returns which secret matched, or why none did; never throws
 * @example verifySignature({ header, body, secrets: ['whsec_…'], toleranceSeconds: 300, now: Date.now() / 1000 })
 */
export function verifySignature({
  header,
  body,
  secrets,
  toleranceSeconds,
  now,
}: SignedRequest): SignatureVerdict {
  if (!header) return refuse('signature_missing');
  const { timestamp, signatures } = parseHeader(header);
  if (timestamp === undefined) return refuse('signature_malformed');
  if (signatures.length === 0) return refuse('signature_scheme_unsupported');
  const secretIndex = secrets.findIndex((secret) => {
    const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
    return signatures.some((signature) => matches(signature, expected));
  });
  if (secretIndex < 0) return refuse('signature_mismatch');
  // Stripe's library rounds nothing: 300 seconds old still passes, 301 does not.
  if (Math.floor(now) - Number(timestamp) > toleranceSeconds) return refuse('signature_expired');
  return { ok: true, secretIndex, timestamp: Number(timestamp) };
}

/** `t=1700000000,v1=…,v1=…`; the timestamp stays text because it is signed as it was written. */
function parseHeader(header: string): { timestamp: string | undefined; signatures: string[] } {
  const signatures: string[] = [];
  let timestamp: string | undefined;
  for (const item of header.split(',')) {
    const [key, value = ''] = item.split('=', 2);
    if (key === 't' && /^\d{1,12}$/.test(value)) timestamp = value;
    if (key === 'v1') signatures.push(value);
  }
  return { timestamp, signatures };
}

function matches(signature: string, expected: Buffer): boolean {
  return /^[0-9a-f]{64}$/.test(signature) && timingSafeEqual(Buffer.from(signature, 'hex'), expected);
}
