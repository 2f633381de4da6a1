import { setTimeout as sleep } from 'node:timers/promises';
import { createEvent } from '../../src/event-factories/create-event.js';
import { type Asked, percentile, steadyLoad } from '../../test/harness/steady-load.js';
import { median } from '../rounds.js';

export const SECRET = 'whsec_bench_issuing';
const PER_SECOND = 50;
const REQUESTS = 300;
const ROUNDS = 7;

/** Times of one configuration: medians over the rounds, in milliseconds, and their ratios in the same round. */
export interface Measured {
  noOp: Percentiles;
  decision: Percentiles;
  ratio: Percentiles;
}

export interface Percentiles {
  p50: number;
  p99: number;
}

const decisions = { path: '/issuing/authorizations', secret: SECRET };

/** A request to spend 23.50 USD. */
const requestOn = (card: string) =>
  createEvent('issuing_authorization.request', { object: { card: { id: card } } });

/** Asks for one decision. */
export async function approves(url: string, card: string): Promise<boolean> {
  const [asked] = await steadyLoad(url, [requestOn(card)], { ...decisions, perSecond: 1 });
  return asked?.body.approved === true;
}

/**
 * Measures decisions and the route that does nothing side by side: each has a request every 20 ms, half-way between
 * those of the other, so that whatever else the machine does disturbs both.
 */
export async function measure(url: string, cardOf: (i: number) => string): Promise<Measured> {
  const rounds: Measured[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const events = Array.from({ length: REQUESTS }, (_, i) => requestOn(cardOf(round * REQUESTS + i)));
    const noOp = steadyLoad(url, events, { ...decisions, path: '/bench/no-op', perSecond: PER_SECOND });
    await sleep(500 / PER_SECOND);
    const decision = await steadyLoad(url, events, { ...decisions, perSecond: PER_SECOND });
    const times = compare(await noOp, decision);
    if (round > 0) rounds.push(times); // the first warms up
  }
  return {
    noOp: medians(rounds.map((times) => times.noOp)),
    decision: medians(rounds.map((times) => times.decision)),
    ratio: medians(rounds.map((times) => times.ratio)),
  };
}

function compare(noOps: Asked[], decided: Asked[]): Measured {
  const refused = [...noOps, ...decided].filter(
    ({ status, body }) => status !== 200 || body.approved !== true,
  );
  if (refused.length > 0) throw new Error(`${refused.length} requests were not approved`);
  const [noOp, decision] = [percentiles(noOps), percentiles(decided)];
  return { noOp, decision, ratio: { p50: decision.p50 / noOp.p50, p99: decision.p99 / noOp.p99 } };
}

const percentiles = (asked: Asked[]): Percentiles => ({
  p50: percentile(asked, 50),
  p99: percentile(asked, 99),
});

const medians = (rounds: Percentiles[]): Percentiles => ({
  p50: median(rounds.map(({ p50 }) => p50)),
  p99: median(rounds.map(({ p99 }) => p99)),
});
