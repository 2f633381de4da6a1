import { type RunStatus, runStatuses } from '../../event-store/run-status.js';
import type { AttemptRow, EventDetailsRow, RunRow } from '../../event-store/event-details.js';
import type { EventRow } from '../../event-store/event-search.js';
import { Field } from '../../http/field.decorator.js';
import { eventSources } from '../event-filter/event-filter.fields.js';

const text = { type: String, nullable: true } as const;
const time = { type: Date, nullable: true } as const;

/** What every answer says of an event. */
class EventHead {
  @Field("Stripe's id", { example: 'evt_1Q2w3E4r5T6y7U8i9O0pAsDf' })
  id: string;

  @Field('Type', { example: 'payment_intent.succeeded' })
  type: string;

  @Field('`snapshot`: carries its object. `thin`: points to it', { enum: ['snapshot', 'thin'] })
  kind: 'snapshot' | 'thin';

  @Field('Where it came in', { enum: eventSources })
  source: 'direct' | 'connect' | 'issuing';

  @Field("Connected account; `null` for the platform's own", text)
  account: string | null;

  @Field('`context` of the event', text)
  context: string | null;

  @Field('Live mode, or test mode')
  livemode: boolean;

  @Field('API version of its payload', text)
  apiVersion: string | null;

  @Field('Id of the object that it is about', text)
  objectId: string | null;

  @Field('Kind of this object', { ...text, example: 'payment_intent' })
  objectType: string | null;

  @Field("Stripe's `created`")
  created: Date;

  @Field('When it was stored')
  receivedAt: Date;

  @Field('When its payload was erased: what is left of it names no person, and it is handled no more', time)
  erasedAt: Date | null;
}

/** One line of a list of events. */
export class EventItem extends EventHead {
  @Field('How many handlers stand where, by the latest run of each', {
    values: Number,
    example: { succeeded: 2, dead: 1 },
  })
  runs: Partial<Record<RunStatus, number>>;
}

export class EventCount {
  @Field('Number of events that match')
  value: number;

  @Field('Whether it was counted, or is what the database believes', { enum: ['exact', 'estimate'] })
  kind: 'exact' | 'estimate';
}

export class EventPage {
  @Field('Newest first', { type: [EventItem] })
  data: EventItem[];

  @Field('`after` for the next page; `null` on the last', text)
  next: string | null;

  @Field('Only with `count`', { type: EventCount, optional: true })
  count?: EventCount;
}

/** One execution of a run. */
export class AttemptView implements AttemptRow {
  @Field('Number of the attempt, from 1')
  attempt: number;

  @Field('How it ended; `lost`: its worker went away', { enum: ['succeeded', 'failed', 'timed_out', 'lost'] })
  outcome: AttemptRow['outcome'];

  @Field('When it began')
  startedAt: Date;

  @Field('When its end was recorded')
  finishedAt: Date;

  @Field('What it failed with', text)
  error: string | null;
}

/** One run of a handler for an event. */
export class RunView {
  @Field('Id of the run')
  id: string;

  @Field('Id of the handler')
  handler: string;

  @Field('1 for the first; each replay makes the next')
  generation: number;

  @Field('State', { enum: runStatuses })
  status: RunStatus;

  @Field('In words, why it is in this state', {
    example: 'Waits for its 4th attempt at 2026-11-22T09:30:00.000Z, after: no such order',
  })
  why: string;

  @Field('Attempts so far')
  attempts: number;

  @Field('When it may run next, while it waits', time)
  nextAttemptAt: Date | null;

  @Field('When another worker may take it over, while it runs', time)
  leaseUntil: Date | null;

  @Field('What the last attempt failed with', text)
  lastError: string | null;

  @Field('When it was made')
  createdAt: Date;

  @Field('When its last attempt began', time)
  startedAt: Date | null;

  @Field('When it came to its end', time)
  finishedAt: Date | null;

  @Field('Bulk replay that made it', text)
  replayId: string | null;

  @Field('Its attempts, the first one first', { type: [AttemptView] })
  history: AttemptView[];
}

/** Everything that is stored about an event but its payload. */
export class EventDetails extends EventHead {
  @Field('Fingerprint of the secret that it was signed with')
  signedWith: string;

  @Field('Ids of other objects in its data', { type: [String] })
  relatedIds: string[];

  @Field('By handler, and the first generation first', { type: [RunView] })
  runs: RunView[];
}

export const eventItem = ({ position: _, ...item }: EventRow): EventItem => item;

export const eventDetailsView = (
  event: EventDetailsRow,
  runs: RunRow[],
  explain: (run: RunRow) => string,
): EventDetails => ({
  ...event,
  runs: runs.map((run) => runView(run, explain)),
});

export function runView(run: RunRow, explain: (run: RunRow) => string): RunView {
  const { id, handler, generation, status, attempts, nextAttemptAt, leaseUntil, lastError } = run;
  const { createdAt, startedAt, finishedAt, replayId, history } = run;
  return {
    ...{ id, handler, generation, status, why: explain(run), attempts, nextAttemptAt, leaseUntil, lastError },
    ...{ createdAt, startedAt, finishedAt, replayId, history },
  };
}
