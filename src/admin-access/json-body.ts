import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { Problem } from '../http/problem.js';
import { readRawBody } from '../http/raw-body.js';

/** Largest body of an admin request, in bytes. */
const BODY_LIMIT = 262_144;

/** What is validated level by level needs stack for each. No body of ours has more than a few. */
const MAX_DEPTH = 20;

/**
 * Parses the body of an admin request: JSON, or nothing. Nobody has shown a key yet, so no more is received than fits,
 * and nothing is decompressed: Express's own parser does both before it refuses.
 */
export const jsonBody: RequestHandler = (request, _response, next) => {
  read(request).then((body) => {
    request.body = body;
    next();
  }, next);
};

async function read(request: IncomingMessage): Promise<unknown> {
  const { headers } = request;
  const isSent = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  if (!isSent || !/^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '')) return undefined;
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new Problem(415, 'content_encoding_unsupported', 'Send the body as it is, not compressed.');
  }
  const bytes = await readRawBody(request, BODY_LIMIT);
  const body = bytes.length === 0 ? {} : parse(bytes);
  if (isDeep(body)) throw new Problem(400, 'body_invalid', `The body has more than ${MAX_DEPTH} levels.`);
  return body;
}

function parse(bytes: Buffer): unknown {
  let body: unknown;
  try {
    // Decoding would put U+FFFD where it understands nothing, and somebody would store that.
    body = isUtf8(bytes) ? JSON.parse(bytes.toString()) : undefined;
  } catch {
    body = undefined;
  }
  if (typeof body === 'object' && body !== null) return body;
  throw new Problem(400, 'request_refused', 'The body is no JSON object in UTF-8.');
}

function isDeep(body: unknown): boolean {
  let level: unknown[] = [body];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
  return false;
}
