import type { History, SentEvent } from '../load/history.js';
import { handlersOf, type HandlerModel } from '../system/handler-models.js';
import type { Snapshot, StoredRun } from './snapshot.js';

/** Some time ago; a whole second. */
const BEGAN = 1_795_000_000_000;

/** A history and a database that belong together, made by hand: all promises are kept in it, until a test breaks one. */
export class FaultlessStory {
  readonly history: History = {
    seed: 1,
    events: [],
    deliveries: [],
    replays: [],
    bulkReplays: [],
    authorizations: [],
    faults: [],
    calls: [],
    launches: [],
  };
  readonly snapshot: Snapshot = {
    events: [],
    runs: [],
    attempts: [],
    effects: [],
    decisions: [],
    replays: [],
  };
  /** The time that the story has come to. */
  now = BEGAN;

  /** Sends an event, acknowledges it, and handles it. */
  event(id: string, type: string, choices: Partial<SentEvent> = {}): SentEvent {
    const bodies = [`{"id":"${id}"}`];
    const event: SentEvent = {
      ...{ id, type, livemode: false, created: BEGAN / 1_000, objectId: `obj_${id}` },
      ...{ script: {}, persistent: true, bodies, ...choices },
    };
    this.history.events.push(event);
    if (event.bodies.length === 0) return event;
    const sentAt = this.passes(1_000);
    this.snapshot.events.push({
      ...{ id, type, livemode: event.livemode, objectId: event.objectId, payload: bodies[0] ?? '' },
      ...{ created: event.created * 1_000, receivedAt: this.passes(5), account: event.account ?? null },
      source: event.account === undefined ? 'direct' : 'connect',
    });
    this.history.deliveries.push({ eventId: id, api: 0, sentAt, answeredAt: this.passes(5), status: 200 });
    this.passes(1_000);
    for (const model of handlersOf(event)) this.run(event, model);
    return event;
  }

  /** A run of an event with as many attempts as its script asks for. */
  run(event: SentEvent, model: HandlerModel, generation = 1, replayId: string | null = null): StoredRun {
    const status = event.livemode ? 'skipped' : (event.script.end?.replace(' once', '') ?? 'succeeded');
    const run: StoredRun = {
      ...{
        id: String(this.snapshot.runs.length + 1),
        eventId: event.id,
        handlerId: model.id,
        generation,
        status,
      },
      ...{
        attempts: 0,
        lostAttempts: 0,
        replayId,
        createdAt: this.passes(1),
        startedAt: null,
        finishedAt: null,
      },
      orderingKey: model.ordered ? event.objectId : null,
    };
    this.snapshot.runs.push(run);
    if (event.livemode) return Object.assign(run, { finishedAt: this.passes(1) });
    for (let failures = event.script.failures ?? 0; failures > 0; failures--) this.attempt(run, 'failed');
    this.attempt(run, { succeeded: 'succeeded', dead: 'failed', skipped: 'skipped' }[status] ?? '');
    if (status === 'succeeded') this.effect(run, model);
    return run;
  }

  /** An answered replay of one handler. */
  replay(event: SentEvent, model: HandlerModel): StoredRun {
    const sentAt = this.passes(1_000);
    const answeredAt = this.passes(10);
    const run = this.run(event, model, 2);
    run.createdAt = sentAt + 5;
    this.history.replays.push({
      ...{ eventId: event.id, includeSucceeded: true, uncertain: false, sentAt, answeredAt, status: 200 },
      runs: [{ handler: model.id, outcome: 'replayed', runId: run.id, generation: 2 }],
    });
    return run;
  }

  passes(ms: number): number {
    this.now += ms;
    return this.now;
  }

  private attempt(run: StoredRun, outcome: string): void {
    run.attempts += 1;
    run.startedAt = this.passes(10);
    run.finishedAt = this.passes(20);
    const { id: runId, attempts: attempt, startedAt, finishedAt } = run;
    this.snapshot.attempts.push({ runId, attempt, outcome, startedAt, finishedAt });
  }

  private effect(run: StoredRun, model: HandlerModel): void {
    const { eventId, handlerId, generation, attempts: attempt, id: runId } = run;
    const at = (run.startedAt ?? 0) + 5;
    if (model.effect === 'row') {
      const seq = String(this.snapshot.effects.length + 1);
      this.snapshot.effects.push({ seq, eventId, handlerId, generation, attempt, runId, at });
      return;
    }
    const key = `key of ${eventId} ${handlerId}`;
    const executed = this.history.calls.every((call) => call.key !== key);
    this.history.calls.push({ eventId, handler: handlerId, key, at, executed });
  }
}
