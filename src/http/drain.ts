import type { IncomingMessage } from 'node:http';

/** A refused sender may finish sending this much, so that it reads the answer instead of a reset connection. */
const LIMIT_BYTES = 8 * 1024 * 1024;

/** Receives and forgets the rest of a request that is answered already. One that does not end is cut off. */
export function drain(request: IncomingMessage): void {
  let drained = 0;
  request.on('data', (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > LIMIT_BYTES) request.destroy();
  });
}
