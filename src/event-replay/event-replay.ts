import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Problem } from '../http/problem.js';
import type { ReplayChoice, RunOutcome } from './run-decision.js';
import { type Decision, type ReplayableEvent, type ReplayedRun, RunReplays } from './run-replays.js';
import { FIND_EVENT } from './run-statements.js';

/** What became of one handler of a replayed event. */
export interface ReplayedHandler {
  handler: string;
  outcome: RunOutcome;
  runId: string | null;
  generation: number | null;
}

export interface EventReplayRequest extends ReplayChoice {
  eventId: string;
  /** Accounts whose events exist for whoever asks; `null` for all. */
  accounts: readonly string[] | null;
  /** How long ago the request had come in when the transaction began, in milliseconds. */
  ageMs: number;
}

export interface EventReplayed {
  handlers: ReplayedHandler[];
  /** To be offered after the commit. */
  due: ReplayedRun[];
}

const IS_ID = /^\w{1,255}$/;

type FoundEvent = ReplayableEvent & { askedAt: string };

/** Replays one event at once. */
@Injectable()
export class EventReplay {
  constructor(private readonly replays: RunReplays) {}

  /**
   * Makes the runs of an event again, in the caller's transaction. Offer them after its commit.
   *
   * @throws Problem 404 `event_not_found`, 409 `event_erased`, 400 `unknown_handler`
   */
  async replay(tx: EntityManager, request: EventReplayRequest): Promise<EventReplayed> {
    this.replays.checkHandlers(request);
    const event = await this.find(tx, request);
    const decisions = await this.decide(tx, event, request);
    const created = await this.replays.create(tx, decisions);
    const hastened = await this.replays.hasten(tx, decisions);
    const due = [...created, ...hastened];
    const lost = decisions.some(({ outcome, run, handlerId }) => {
      const others = outcome === 'replayed' && !run?.createdSince;
      return others && !created.some((made) => made.handlerId === handlerId);
    });
    // Where another request was faster, its run is there by now.
    const now = lost ? await this.decide(tx, event, request) : decisions;
    return { handlers: decisions.map((decision, i) => described(decision, due, now[i])), due };
  }

  /** Never rejects. */
  offer(runs: readonly ReplayedRun[]): Promise<void> {
    return this.replays.offer(runs);
  }

  private async find(
    tx: EntityManager,
    { eventId, accounts, ageMs }: EventReplayRequest,
  ): Promise<FoundEvent> {
    const values = [eventId, accounts, ageMs];
    const [event] = IS_ID.test(eventId) ? await tx.query<FoundEvent[]>(FIND_EVENT, values) : [];
    if (event?.erasedAt) throw erased(event.erasedAt);
    if (event) return event;
    throw new Problem(404, 'event_not_found', 'There is no such event: find it with GET /admin/events.');
  }

  private async decide(tx: EntityManager, event: FoundEvent, choice: ReplayChoice): Promise<Decision[]> {
    const runs = await this.replays.latestRuns(tx, [event], event.askedAt);
    return this.replays.decide(event, runs.get(event.id) ?? [], choice);
  }
}

const erased = (at: Date): Problem =>
  new Problem(
    409,
    'event_erased',
    `This event was erased at ${at.toISOString()}: there is nothing to handle.`,
  );

function described(
  { handlerId: handler, outcome, run }: Decision,
  due: readonly ReplayedRun[],
  now: Decision | undefined,
): ReplayedHandler {
  const mine = due.find(({ handlerId }) => handlerId === handler);
  const latest = mine ?? (outcome === 'replayed' ? now?.run : run);
  return {
    handler,
    // A retrying run that could not be made due has just been started.
    outcome: outcome === 'due_now' && !mine ? 'open' : outcome,
    runId: latest?.id ?? null,
    generation: latest?.generation ?? null,
  };
}
