import { Field } from '../../http/field.decorator.js';

export class HandlerBackoff {
  @Field('Wait after the first failure, in milliseconds') baseMs: number;
  @Field('Longest wait, in milliseconds') maxMs: number;
}

/** How the handler was declared, with the defaults applied. */
export class HandlerOptionsView {
  @Field('Only events from here', { enum: ['direct', 'connect', 'issuing'], nullable: true })
  source: string | null;

  @Field('Only live or only test events', { type: Boolean, nullable: true }) livemode: boolean | null;
  @Field('Whether its writes commit together with its run') transaction: boolean;

  @Field('`object`: one run at a time for each object, oldest event first', {
    enum: ['object'],
    nullable: true,
  })
  ordering: string | null;

  @Field('Attempts before a run is dead') attempts: number;
  @Field('Waits between attempts', { type: HandlerBackoff }) backoff: HandlerBackoff;
  @Field('Longest duration of an attempt, in milliseconds') timeoutMs: number;

  @Field('Runs at once in one worker; without it, half of `WORKER_CONCURRENCY`', {
    type: Number,
    nullable: true,
  })
  concurrency: number | null;
}

/** Runs that are open, and those that are dead and were not replayed since. */
export class HandlerRuns {
  @Field('Waiting for their first attempt') pending: number;
  @Field('In an attempt now') running: number;
  @Field('Waiting for another attempt') retrying: number;
  @Field('Failed for good; a replay makes a new run') dead: number;
}

/** What the latest attempts on the newest events were like, at most 100 of them. */
export class RecentAttempts {
  @Field('How many there were') attempts: number;

  @Field('Share that did not succeed, from 0 to 1', { type: Number, nullable: true })
  errorRate: number | null;

  @Field('Duration that half of them stayed below, in milliseconds', { type: Number, nullable: true })
  p50Ms: number | null;

  @Field('Duration that 95 of 100 stayed below, in milliseconds', { type: Number, nullable: true })
  p95Ms: number | null;
}

export class HandlerPause {
  @Field('Since when') at: Date;
  @Field('Name of the key that paused it') by: string;
  @Field('Why', { type: String, nullable: true }) reason: string | null;
}

export class HandlerView {
  @Field('Its stored name', { example: 'orders.fulfil' }) id: string;

  @Field('Whether this version of the code has it; one without still has open or dead runs, or is paused')
  registered: boolean;

  @Field('`Class.method`', { type: String, nullable: true }) place: string | null;
  @Field('Event types that it listens to', { type: [String] }) types: string[];

  @Field('How it was declared', { type: HandlerOptionsView, nullable: true })
  options: HandlerOptionsView | null;

  @Field('How many runs stand where', { type: HandlerRuns }) runs: HandlerRuns;

  @Field('Age of its oldest pending or retrying run, in seconds', { type: Number, nullable: true })
  oldestWaitingSeconds: number | null;

  @Field('What it was like lately', { type: RecentAttempts }) recent: RecentAttempts;
  @Field('While it is paused', { type: HandlerPause, nullable: true }) paused: HandlerPause | null;
}

export class HandlerList {
  @Field('All of them, by id', { type: [HandlerView] }) data: HandlerView[];
  @Field('Always `null`: they are few', { type: String, nullable: true }) next: string | null;
}
