import { createHmac, randomBytes } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { createEvent } from '../../src/event-factories/create-event.js';

/** How large the events of a measurement are, in bytes. */
export const sizes = { '1.7 KB': 1_700, '15 KB': 15_000 } as const;
export type Size = keyof typeof sizes;

export const SECRET = 'whsec_bench_ingest';

const ID = `evt_${'0'.repeat(24)}`;
const CHUNK = 4 * 1024 * 1024;

/** An event of this size as Stripe would write it. */
function template(size: Size): string {
  const text = (padding: string) =>
    JSON.stringify(
      createEvent('payment_intent.succeeded', {
        id: ID,
        object: { metadata: padding ? { padding } : {} },
      }),
      null,
      2,
    );
  return text('x'.repeat(Math.max(0, sizes[size] - text('').length)));
}

/** Writes signed requests with ids of their own to a file, for wrk.lua. */
export function writeRequests(file: string, { path, size, count }: RequestsOptions): void {
  const [before, after] = template(size).split(ID) as [string, string];
  const time = Math.floor(Date.now() / 1_000);
  const run = randomBytes(6).toString('hex');
  const out = openSync(file, 'w');
  let chunk = '';
  for (let i = 0; i < count; i++) {
    const body = `${before}evt_${run}${String(i).padStart(12, '0')}${after}`;
    const signature = createHmac('sha256', SECRET).update(`${time}.${body}`).digest('hex');
    const request =
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\nAccept: */*; q=0.5, application/xml\r\n` +
      `Stripe-Signature: t=${time},v1=${signature}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    chunk += `${request.length}\n${request}`;
    if (chunk.length > CHUNK) {
      writeSync(out, chunk, null, 'latin1');
      chunk = '';
    }
  }
  writeSync(out, chunk, null, 'latin1');
  closeSync(out);
}

interface RequestsOptions {
  path: string;
  size: Size;
  count: number;
}
