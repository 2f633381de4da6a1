import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { Problem } from '../http/problem.js';
import { HandlerRegistry } from '../event-handlers/handler-registry.js';
import { type PlannableEvent, RunPlans } from '../event-processing/run-plans.js';
import { type DueRun, RunQueue } from '../event-processing/run-queue.js';
import { decide, type LatestRun, type ReplayChoice, type RunOutcome } from './run-decision.js';
import { CREATE_RUNS, HASTEN_RUNS, LATEST_RUNS } from './run-statements.js';

/** An event as far as replaying it goes. */
export interface ReplayableEvent extends PlannableEvent {
  id: string;
  /** To the microsecond. */
  createdText: string;
  /** An erased event is handled no more. */
  erasedAt: Date | null;
}

/** What a replay is to do about one handler of one event. */
export interface Decision {
  event: ReplayableEvent;
  handlerId: string;
  outcome: RunOutcome;
  run: LatestRun | undefined;
}

/** A run that a replay made due. */
export interface ReplayedRun extends DueRun {
  eventId: string;
  generation: number;
  isolated?: boolean;
}

/** Decides what a replay does about the runs of events, and does it. */
@Injectable()
export class RunReplays {
  constructor(
    private readonly registry: HandlerRegistry,
    private readonly plans: RunPlans,
    private readonly queue: RunQueue,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * The latest run of each handler of these events, by event.
   *
   * @param askedAt - when the replay was asked for, as Postgres writes times
   */
  async latestRuns(
    tx: EntityManager,
    events: readonly ReplayableEvent[],
    askedAt = 'infinity',
  ): Promise<Map<string, LatestRun[]>> {
    const runs = await tx.query<LatestRun[]>(LATEST_RUNS, [
      events.map(({ id }) => id),
      events.map(({ createdText }) => createdText),
      askedAt,
    ]);
    const byEvent = new Map<string, LatestRun[]>(events.map(({ id }) => [id, []]));
    for (const run of runs) byEvent.get(run.eventId)?.push(run);
    return byEvent;
  }

  /** @throws Problem 400 `unknown_handler` */
  checkHandlers({ handlers = [] }: ReplayChoice): void {
    const unknown = handlers.filter((id) => !this.registry.get(id));
    if (unknown.length === 0) return;
    const known = this.registry.all().map(({ id }) => id);
    throw new Problem(400, 'unknown_handler', `There is no handler ${unknown.join(', ')} here.`, {
      extra: { errors: [{ field: 'handlers', problems: [`handlers must be of: ${known.join(', ')}`] }] },
    });
  }

  /** One decision for each handler that was chosen, or else for each that takes the event or has a run of it. */
  decide(event: ReplayableEvent, runs: readonly LatestRun[], choice: ReplayChoice): Decision[] {
    const matching = new Set(this.registry.matching(event).map(({ id }) => id));
    const chosen = choice.handlers ?? [...matching, ...runs.map(({ handlerId }) => handlerId)];
    const handled = event.erasedAt === null && this.plans.skipReason(event) === null;
    return [...new Set(chosen)].toSorted().map((handlerId) => {
      const run = runs.find((latest) => latest.handlerId === handlerId);
      return { event, handlerId, run, outcome: decide(run, handled && matching.has(handlerId), choice) };
    });
  }

  /** Makes a new generation where it was so decided. Where another replay was faster, it is that one's. */
  async create(tx: EntityManager, decisions: readonly Decision[], replayId?: string): Promise<ReplayedRun[]> {
    const wanted = decisions.filter(({ outcome, run }) => outcome === 'replayed' && !run?.createdSince);
    if (wanted.length === 0) return [];
    return tx.query<ReplayedRun[]>(CREATE_RUNS, [
      wanted.map(({ event }) => event.id),
      wanted.map(({ event }) => event.createdText),
      wanted.map(({ handlerId }) => handlerId),
      wanted.map(({ run }) => (run?.generation ?? 0) + 1),
      wanted.map(({ event, handlerId }) => this.orderingKey(event, handlerId)),
      replayId ?? null,
      this.config.SWEEP_GRACE_MS,
    ]);
  }

  /** Makes retrying runs due now where it was so decided, and they still wait. */
  async hasten(tx: EntityManager, decisions: readonly Decision[], replayId?: string): Promise<ReplayedRun[]> {
    const ids = decisions.flatMap(({ outcome, run }) => (run && outcome === 'due_now' ? [run.id] : []));
    if (ids.length === 0) return [];
    return tx.query<ReplayedRun[]>(HASTEN_RUNS, [ids, replayId ?? null, this.config.SWEEP_GRACE_MS]);
  }

  /** Call it after the commit. What Redis does not take, the sweeper offers. */
  async offer(runs: readonly ReplayedRun[]): Promise<void> {
    const fresh = runs.filter(({ attempts }) => attempts === 0);
    const retrying = runs.filter(({ attempts }) => attempts > 0);
    await this.queue.offer(fresh);
    for (const isolated of [false, true]) {
      const due = retrying.filter((run) => (run.isolated ?? false) === isolated);
      // A retrying run still has its delayed job, which must not mask this one.
      await this.queue.offer(due, { isolated, suffix: '-now' });
    }
  }

  private orderingKey(event: ReplayableEvent, handlerId: string): string | null {
    const handler = this.registry.get(handlerId);
    return handler ? this.plans.plan(event, handler).orderingKey : null;
  }
}
