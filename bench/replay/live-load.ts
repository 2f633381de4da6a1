import type { Client } from 'pg';
import { createEvent } from '../../src/event-factories/create-event.js';
import { percentile, steadyLoad } from '../../test/harness/steady-load.js';
import { SECRET } from '../load/prepared-requests.js';
import { HANDLED } from './tables.js';

const PER_SECOND = 20;
const AT_A_TIME = 60;

/** Times in milliseconds. */
export interface Times {
  events: number;
  p50: number;
  p95: number;
}

/** How long live events took to be handled, and when they came. */
export interface Handled {
  received: Date;
  ms: number;
}

/** Delivers events at a steady rate until there are enough, and measures until when each was handled. */
export async function liveLoad(db: Client, url: string, enough: () => boolean): Promise<Handled[]> {
  const ids: string[] = [];
  while (!enough()) {
    const events = Array.from({ length: AT_A_TIME }, () => createEvent('payment_intent.succeeded'));
    const asked = await steadyLoad(url, events, { perSecond: PER_SECOND, path: '/webhook', secret: SECRET });
    const refused = asked.filter(({ status }) => status !== 200);
    if (refused.length > 0) throw new Error(`${refused.length} events were not acknowledged`);
    ids.push(...events.map(({ id }) => id));
  }
  for (;;) {
    const { rows } = await db.query<Handled>(HANDLED, [ids]);
    if (rows.length === ids.length) return rows;
  }
}

export const timesOf = (handled: readonly Handled[]): Times => ({
  events: handled.length,
  p50: percentile(handled, 50),
  p95: percentile(handled, 95),
});
