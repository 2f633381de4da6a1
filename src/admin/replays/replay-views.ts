import { type RunOutcome, runOutcomes } from '../../event-replay/run-decision.js';
import type { EventRow } from '../../event-store/event-search.js';
import { Field } from '../../http/field.decorator.js';

/** What became of one handler. */
export class HandlerReplay {
  @Field('Id of the handler', { example: 'orders.fulfil' })
  handler: string;

  @Field(
    '`replayed`: a new run. `due_now`: its retrying run is due at once. `open`, `succeeded`: left as it was. ' +
      '`missing`: it has no run, see `backfill`. `not_matching`: it does not take this event, or events of this mode',
    { enum: runOutcomes },
  )
  outcome: RunOutcome;

  @Field('Its latest run', { type: String, nullable: true, example: '4711' })
  runId: string | null;

  @Field('Number of this run, from 1', { type: Number, nullable: true, example: 2 })
  generation: number | null;
}

export class EventReplayAnswer {
  @Field("Stripe's id", { example: 'evt_1Q2w3E4r5T6y7U8i9O0pAsDf' })
  eventId: string;

  @Field('By handler', { type: [HandlerReplay] })
  runs: HandlerReplay[];
}

/** An event that a replay would go through. */
export class ReplaySampleEvent {
  @Field("Stripe's id") id: string;
  @Field('Type', { example: 'payment_intent.succeeded' }) type: string;
  @Field('Where it came in') source: string;
  @Field('Connected account', { type: String, nullable: true }) account: string | null;
  @Field('Live mode, or test mode') livemode: boolean;
  @Field('Object that it is about', { type: String, nullable: true }) objectId: string | null;
  @Field("Stripe's `created`") created: Date;
  @Field('When it was stored') receivedAt: Date;
  @Field('How many handlers stand where', { values: Number }) runs: Record<string, number>;
}

export class ReplayDryRun {
  @Field('That nothing was done') dryRun: true;
  @Field('Events that match, counted') events: number;
  @Field('The oldest of them', { type: [ReplaySampleEvent] }) sample: ReplaySampleEvent[];
}

export const sampleOf = ({ id, type, source, account, livemode, ...event }: EventRow): ReplaySampleEvent => {
  const { objectId, created, receivedAt, runs } = event;
  return { id, type, source, account, livemode, objectId, created, receivedAt, runs };
};
