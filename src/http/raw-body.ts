import type { IncomingMessage } from 'node:http';
import { Problem } from './problem.js';

/**
 * Collects the exact bytes of a request body.
 *
 * @param limit - largest accepted size, in bytes
 * @throws Problem 413 `body_too_large`; 400 `body_incomplete` when the sender goes away
 */
export async function readRawBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = () => new Problem(413, 'body_too_large', `The body is larger than ${limit} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        request.removeAllListeners('data');
        reject(tooLarge());
      } else chunks.push(chunk);
    });
    const gone = () =>
      reject(new Problem(400, 'body_incomplete', 'The connection closed before the body ended.'));
    request.once('end', () => {
      // Every request closes in the end, and an error costs a stack trace.
      request.off('close', gone);
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size));
    });
    request.once('error', gone);
    request.once('close', gone);
  });
}
