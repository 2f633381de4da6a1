import type { IncomingMessage } from 'node:http';
import { Problem } from '../http/problem.js';

/** @throws Problem 415: a signature is over plain JSON bytes */
export function refuseMediaType({ headers }: IncomingMessage): void {
  if (headers['content-encoding'] !== undefined) {
    throw new Problem(
      415,
      'content_encoding_unsupported',
      'Send the body as it is, without Content-Encoding.',
    );
  }
  const mediaType = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') {
    throw new Problem(415, 'media_type_unsupported', 'Send Content-Type: application/json.');
  }
}

/**
 * The one `Stripe-Signature` header line.
 *
 * Node joins repeated header lines with a comma, which would let two signatures pose as one.
 *
 * @throws Problem 400 `signature_repeated`
 */
export function signatureHeader({ headersDistinct }: IncomingMessage): string | undefined {
  const lines = headersDistinct['stripe-signature'] ?? [];
  if (lines.length > 1) {
    throw new Problem(400, 'signature_repeated', 'There is more than one Stripe-Signature header line.');
  }
  return lines[0];
}
