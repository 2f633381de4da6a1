import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import Stripe from 'stripe';
import { Bystander } from './bystander.js';
import { faultTest } from './fault-test.js';
import {
  type AuthorizationEvent,
  authorizationRequest,
  ISSUING_SECRET,
  issuingEnvironment,
} from './issuing-test.js';
import { type Asked, percentile } from './steady-load.js';

export const authorizations = { path: '/issuing/authorizations', secret: ISSUING_SECRET };

/** Stripe takes its time-out decision when it has no answer by then. */
const STRIPE_WAITS_MS = 2_000;

/** ISSUING_DEADLINE_MS, as it is by default. */
const DEADLINE_MS = 1_500;

const RULE = `
  INSERT INTO spending_rule (name, livemode, scope, scope_id, currency, period, max_total)
  VALUES ('daily', false, 'card', 'ic_limited', 'usd', 'day', 1000000000)`;

/** Requests whose decision is not in the ledger as it was answered, or whose event is not stored once. */
const NOT_KEPT = `
  SELECT sent.id FROM unnest($1::text[], $2::boolean[], $3::bigint[]) AS sent (id, approved, amount)
  LEFT JOIN issuing_decision kept ON kept.event_id = sent.id
  WHERE kept.approved IS DISTINCT FROM sent.approved
     OR kept.held <> CASE WHEN sent.approved THEN sent.amount ELSE 0 END
     OR (SELECT count(*) FROM stripe_event WHERE stripe_event.id = sent.id) <> 1`;

/** What the totals hold beyond, or short of, what the ledger says. */
const OFF_TOTALS = `
  SELECT (SELECT COALESCE(sum(amount), 0) FROM spending_total)
       - (SELECT COALESCE(sum(held), 0) FROM issuing_decision WHERE card_id = 'ic_limited') AS off`;

/** Half of them on a card with a limit, whose approvals take from a total. */
export const manyRequests = (count: number): AuthorizationEvent[] =>
  Array.from({ length: count }, (_, i) =>
    authorizationRequest(100 + i, { card: i % 2 === 0 ? 'ic_limited' : 'ic_free' }),
  );

export const requestsOn = (card: string, count: number): AuthorizationEvent[] =>
  Array.from({ length: count }, (_, i) => authorizationRequest(100 + i, { card }));

/**
 * Servers that fail under applications that decide. Start those in a nested `describe`.
 *
 * @param features - path of the module file with the policies, relative to test/
 */
export function issuingFaultTest(features: string) {
  const scene = faultTest(features);
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'turnpike-issuing-'));
  const environment = (env: Record<string, string> = {}) => issuingEnvironment(dataDir, env);
  const times: Record<string, Record<string, number>> = {};

  let bystander: Bystander;
  const allowanceOf = ({ due, ms }: Asked) => bystander.allowance(due, due + ms);

  /** Expects a decision in time for every request. */
  const expectInTime = (asked: Asked[]): void => {
    const isLate = (one: Asked) => one.ms >= STRIPE_WAITS_MS + allowanceOf(one);
    const late = (one: Asked) => (isLate(one) ? `after ${Math.round(one.ms)} ms` : undefined);
    expectNoProblem(asked, (one) => problemOf(one) ?? late(one));
  };

  beforeAll(async () => {
    await scene.watch.query(RULE);
    bystander = await Bystander.start();
  });
  afterAll(async () => {
    await bystander.stop();
    rmSync(dataDir, { recursive: true, force: true });
    if (Object.keys(times).length > 0) console.table(times);
  });

  return {
    scene,
    /** Where decisions wait for Postgres. */
    spool: path.join(dataDir, 'spool', 'issuing'),
    /** One process that lives through all tests of a nested `describe`. */
    startOnce: (env?: Record<string, string>) => scene.startOnce(environment(env)),
    /** A process that is stopped after the test. */
    start: (env?: Record<string, string>) => scene.start(environment(env)),
    /** Notes the times, and expects a decision in time for every request. */
    expectDecided(scenario: string, asked: Asked[]): void {
      times[scenario] = summary(asked);
      expectInTime(asked);
    },
    expectInTime,
    /** By how much the machine may have made the answer to one of these late, in milliseconds. */
    allowance: (asked: Asked[]) => Math.max(...asked.map(allowanceOf)),
    /** Waits until the ledger says of every request what was answered, and the totals agree. */
    async untilKept(asked: Asked[]): Promise<void> {
      await scene.watch.until(NOT_KEPT, answers(asked), (rows) => rows.length === 0);
      await scene.watch.until(OFF_TOTALS, [], ([row]) => Number(row?.off) === 0);
    },
    /** Those of which the ledger does not say what was answered. */
    notKept: (asked: Asked[]) => scene.watch.query(NOT_KEPT, answers(asked)),
  };
}

const answers = (asked: Asked[]) => [
  asked.map(({ event }) => event.id),
  asked.map(({ body }) => body.approved),
  asked.map(({ event }) => event.data.object.pending_request?.amount),
];

/** Expects a decision for every request, in time or, on a busy machine, later. */
export const expectDecision = (asked: Asked[]): void => expectNoProblem(asked, problemOf);

function expectNoProblem(asked: Asked[], find: (one: Asked) => string | undefined): void {
  const problems = asked.flatMap((one) => find(one) ?? []);
  expect({ problems: problems.length, 'such as': problems.slice(0, 5) }).toEqual({
    problems: 0,
    'such as': [],
  });
}

/** What Stripe would not take for a decision; `undefined` for a sound answer. */
function problemOf({ status, headers, body }: Asked): string | undefined {
  if (status !== 200) return `status ${status}`;
  if (headers['stripe-version'] !== Stripe.API_VERSION) return 'version';
  if (!headers['content-type']?.startsWith('application/json')) return 'media type';
  if (Object.keys(body).join() !== 'approved' || typeof body.approved !== 'boolean') return 'body';
  return undefined;
}

/** Those that were answered before the deadline, which on a busy machine not all are. */
export const beforeDeadline = (asked: Asked[]): Asked[] => asked.filter(({ ms }) => ms < DEADLINE_MS);

const summary = (asked: Asked[]): Record<string, number> => ({
  requests: asked.length,
  approved: asked.filter(({ body }) => body.approved === true).length,
  p50: Math.round(percentile(asked, 50)),
  p99: Math.round(percentile(asked, 99)),
  max: Math.round(percentile(asked, 100)),
});
