import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { signedRequest } from '../../src/event-factories/signed-request.js';
import type { AuthorizationEvent } from './issuing-test.js';

/** One request that was sent and what came back; no status when the connection broke. */
export interface Asked<E extends object = AuthorizationEvent> {
  event: E;
  status?: number;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
  /** When it was meant to be sent, by `performance.now()`. */
  due: number;
  /** From the moment it was meant to be sent to the last byte of the answer, in milliseconds. */
  ms: number;
}

/** Which route is asked, with what secret Stripe signs for it. */
interface Route {
  path: string;
  secret: string;
}

interface LoadOptions extends Route {
  perSecond: number;
  /** What happens as soon as this many were sent; the load waits for its end, but never holds back a request. */
  during?: Record<number, () => unknown>;
}

/**
 * Sends requests at a steady rate, whatever becomes of them, as Stripe does. A late answer delays no other request, and
 * a late sender counts against the answer.
 */
export async function steadyLoad<E extends object>(
  url: string,
  events: E[],
  { perSecond, during = {}, path, secret }: LoadOptions,
): Promise<Asked<E>[]> {
  const agent = new Agent({ keepAlive: true });
  const target = new URL(path, url);
  // Signed beforehand: the sender shares the machine with what it measures.
  const prepared = events.map((event) => ({ event, post: signedRequest({ event, secret }) }));
  const started = performance.now();
  const asked: Promise<Asked<E>>[] = [];
  const happening: unknown[] = [];
  for (const [i, { event, post }] of prepared.entries()) {
    const due = started + (i * 1_000) / perSecond;
    await reached(due);
    asked.push(ask(agent, target, post, due).then((answer) => ({ event, ...answer })));
    happening.push(during[i + 1]?.());
  }
  await Promise.all(happening);
  const all = await Promise.all(asked);
  agent.destroy();
  return all;
}

/** The time within which this share of the requests was answered, in milliseconds. @param p - from 0 to 100 */
export function percentile(asked: readonly { ms: number }[], p: number): number {
  const sorted = asked.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** Sends requests all at once. */
export const burst = <E extends object>(url: string, events: E[], route: Route): Promise<Asked<E>[]> =>
  steadyLoad(url, events, { perSecond: Infinity, ...route });

/** A timer is up to a millisecond late. To wait more closely would take a processor from what is measured. */
async function reached(due: number): Promise<void> {
  const left = () => due - performance.now();
  while (left() > 0) await new Promise((resolve) => setTimeout(resolve, left()));
}

type Post = ReturnType<typeof signedRequest>;

function ask(agent: Agent, target: URL, { body, headers }: Post, due: number): Promise<Omit<Asked, 'event'>> {
  return new Promise((resolve) => {
    const done = (answer: Partial<Asked>) =>
      resolve({ headers: {}, body: {}, ...answer, due, ms: performance.now() - due });
    const sent = request(
      target,
      { method: 'POST', agent, headers: { ...headers, 'Content-Length': body.length } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', () => done({}));
        response.on('end', () =>
          done({
            headers: response.headers,
            body: json(Buffer.concat(chunks)),
            ...(response.statusCode !== undefined && { status: response.statusCode }),
          }),
        );
      },
    );
    sent.on('error', () => done({}));
    sent.end(body);
  });
}

function json(content: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(content.toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
}
