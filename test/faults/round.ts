import { setTimeout as sleep } from 'node:timers/promises';
import { check } from './checker/checker.js';
import type { Findings } from './checker/finding.js';
import { type Snapshot, takeSnapshot } from './checker/snapshot.js';
import { CardNetwork } from './load/card-network.js';
import { renderEvent } from './load/event-bytes.js';
import type { History } from './load/history.js';
import { Operator } from './load/operator.js';
import { Sender } from './load/sender.js';
import { type Inflict, Nemesis } from './nemesis/nemesis.js';
import { idPrefix } from './plan/event-plans.js';
import type { RoundPlan } from './plan/round-plan.js';
import { settled } from './settled.js';
import type { Installation } from './system/installation.js';

/** A round that was played to its end. */
export interface PlayedRound {
  history: History;
  snapshot: Snapshot;
  findings: Findings;
  ms: number;
}

/** Longest time that the system gets to come to rest, in milliseconds: a multiple of what a busy machine needs. */
const SETTLE_LIMIT_MS = 180_000;

/** After its faults, an operator repeats a request for this long, in milliseconds. */
const OPERATOR_PATIENCE_MS = 60_000;

/** Plays one round: load and faults at once; then all is healed, comes to rest, and is checked. */
export async function playRound(stack: Installation, begin: Inflict, plan: RoundPlan): Promise<PlayedRound> {
  const began = Date.now();
  const at = async (atMs: number, work: () => Promise<void>) => {
    await sleep(Math.max(0, began + atMs - Date.now()));
    await work();
  };
  const all = [...plan.events, ...plan.neverSent].map((event, i) => renderEvent(event, i, began));
  const events = all.slice(0, plan.events.length);
  const sender = new Sender(stack);
  const operator = new Operator(stack, () => began + OPERATOR_PATIENCE_MS);
  const cards = new CardNetwork(stack);
  const nemesis = new Nemesis(begin);
  const firstCall = stack.outside.calls.length;
  const eventOf = (index: number) => all[index] as (typeof all)[number];

  const faults = Promise.all(plan.faults.map((fault) => at(fault.atMs, () => nemesis.inflict(fault))));
  const load = Promise.all([
    ...[...plan.deliveries, ...plan.forgeries].map((one) =>
      at(one.atMs, () => sender.deliver(eventOf(one.event), one)),
    ),
    ...plan.authorizations.map((one) => at(one.atMs, () => cards.authorize(one))),
    ...plan.bulkReplays.map((one) => at(one.atMs, () => operator.replayMany(one))),
    ...plan.replays.flatMap((one) =>
      one.atMs === undefined ? [] : [at(one.atMs, () => operator.replay(eventOf(one.event), one))],
    ),
  ]);
  await faults;
  await stack.heal();
  await load;
  await sender.insist(events, SETTLE_LIMIT_MS);
  const replayIds = () => operator.bulkReplays.flatMap(({ replayId }) => replayId ?? []);
  const prefix = idPrefix(plan.seed);
  const rest = () =>
    settled(stack, { prefix, replayIds: replayIds(), decisions: cards.answered, limitMs: SETTLE_LIMIT_MS });
  await rest();
  for (const one of plan.replays) if (one.atMs === undefined) await operator.replay(eventOf(one.event), one);
  await rest();

  const history: History = {
    seed: plan.seed,
    events: all.map(({ texts: _, ...event }) => event),
    deliveries: sender.deliveries,
    replays: operator.replays,
    bulkReplays: operator.bulkReplays,
    authorizations: cards.authorizations,
    faults: nemesis.happened,
    calls: stack.outside.calls.slice(firstCall),
    launches: stack.takeLaunches(),
  };
  const snapshot = await takeSnapshot(stack, prefix, replayIds());
  return { history, snapshot, findings: check(history, snapshot), ms: Date.now() - began };
}
