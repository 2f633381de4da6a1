import { createHmac, randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { createEvent } from '../../src/event-factories/create-event.js';

/** How large the events of a measurement are, in bytes. */
export const sizes = { '1.7 KB': 1_700, '15 KB': 15_000 } as const;
export type Size = keyof typeof sizes;

export const SECRET = 'whsec_bench_ingest';

interface RequestsOptions {
  path?: string;
  size: Size;
  count: number;
}

const CHUNK = 4 * 1024 * 1024;

/**
 * Writes signed requests to a file, for wrk.lua and node-loader.ts. Every event has ids of its own, as random as
 * Stripe's: its own, that of its object, and those of what the object belongs to.
 */
export function writeRequests(file: string, { path = '/webhook', size, count }: RequestsOptions): void {
  const parts = template(size).split(ID);
  const time = Math.floor(Date.now() / 1_000);
  const out = openSync(file, 'w');
  let chunk = '';
  for (let i = 0; i < count; i++) {
    const body = withIds(parts);
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

/** What stands behind the prefix of an id, as long as Stripe makes it; a customer's is shorter. */
const ID = '0'.repeat(24);

/** An event of this size as Stripe would write it, all of whose ids are {@link ID}. */
function template(size: Size): string {
  const text = (padding: string) =>
    JSON.stringify(
      createEvent('payment_intent.succeeded', {
        id: `evt_${ID}`,
        object: {
          id: `pi_${ID}`,
          customer: `cus_${ID}`,
          latest_charge: `ch_${ID}`,
          payment_method: `pm_${ID}`,
          metadata: padding ? { padding } : {},
        },
      }),
      null,
      2,
    );
  return text('x'.repeat(Math.max(0, sizes[size] - text('').length)));
}

function withIds(parts: readonly string[]): string {
  const random = randomBytes((parts.length - 1) * 12).toString('hex');
  return parts.reduce((body, part, i) => body + random.slice((i - 1) * 24, i * 24) + part);
}

/** A request of such a file, for Node. */
export interface PreparedRequest {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** Reads such a file as it is needed. */
export function* readRequests(file: string): Generator<PreparedRequest, undefined> {
  const input = openSync(file, 'r');
  const buffer = Buffer.allocUnsafe(CHUNK);
  let text = '';
  for (;;) {
    const end = text.indexOf('\n');
    const length = end < 0 ? Number.NaN : Number(text.slice(0, end));
    if (text.length > end + length) {
      yield parsed(text.slice(end + 1, end + 1 + length));
      text = text.slice(end + 1 + length);
      continue;
    }
    const bytes = readSync(input, buffer);
    if (bytes === 0) break;
    text += buffer.toString('latin1', 0, bytes);
  }
  closeSync(input);
  return undefined;
}

function parsed(request: string): PreparedRequest {
  const [head = '', body = ''] = request.split('\r\n\r\n', 2);
  const [first = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => line.split(/: (.*)/s, 2) as [string, string]);
  return { path: first.split(' ', 2)[1] ?? '', headers: Object.fromEntries(headers), body };
}
