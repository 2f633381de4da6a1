import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Problem } from './problem.js';

/** Node keeps 2,000 header lines and forgets the rest without a word; no real request has a tenth of that. */
const MOST_LINES = 200;

/** Of these Node takes the first and others the last, so a proxy may have judged another one than we would. */
const ONCE = ['host', 'content-type', 'authorization', 'idempotency-key'] as const;

/** Connections on which nothing more is done: where a refused request ends is a matter of opinion. */
const distrusted = new WeakSet<Socket>();

/**
 * Middleware: refuses a request that two readers could understand differently, and closes its connection.
 *
 * @throws Problem 431 `too_many_headers`; 400 `header_repeated`, `transfer_encoding_unsupported`
 */
export function refuseAmbiguousHead(
  request: IncomingMessage,
  _response: ServerResponse,
  next: () => void,
): void {
  if (distrusted.has(request.socket)) return;
  const problem = problemOf(request);
  if (!problem) return next();
  distrusted.add(request.socket);
  throw problem;
}

function problemOf({ rawHeaders, headersDistinct, headers }: IncomingMessage): Problem | undefined {
  if (rawHeaders.length > 2 * MOST_LINES) {
    return refused(431, 'too_many_headers', `There are more than ${MOST_LINES} header lines.`);
  }
  for (const name of ONCE) {
    if ((headersDistinct[name]?.length ?? 0) > 1) {
      return refused(400, 'header_repeated', `There is more than one header line \`${name}\`: send one.`);
    }
  }
  const coding = headers['transfer-encoding'];
  if (coding === undefined || coding.toLowerCase() === 'chunked') return undefined;
  return refused(400, 'transfer_encoding_unsupported', 'Send Transfer-Encoding: chunked, or none.');
}

const refused = (status: number, code: string, detail: string): Problem =>
  new Problem(status, code, detail, { headers: { Connection: 'close' } });
