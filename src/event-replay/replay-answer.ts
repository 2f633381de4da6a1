import { Field } from '../http/field.decorator.js';
import type { StoredFilter } from './replay-filter.js';

/** `completed` and `cancelled` replays make no more runs; those they made go on. */
export const replayStatuses = ['running', 'paused', 'cancelled', 'completed'] as const;
export type ReplayStatus = (typeof replayStatuses)[number];

/** How far a replay is through its events. */
export class ReplayEvents {
  @Field('Events that matched when it was created') matched: number;
  @Field('Events it has gone through') done: number;
}

/** What a replay did about runs. */
export class ReplayRuns {
  @Field('New runs') created: number;
  @Field('Retrying runs that it made due') hastened: number;
  @Field('Runs it left as they were, because they were open or had succeeded') leftAlone: number;
}

/** What a replay did about runs, and where these stand now. */
export class ReplayRunStates extends ReplayRuns {
  @Field('Wait for a worker') pending: number;
  @Field('Are being worked on') running: number;
  @Field('Failed, and wait for another attempt') retrying: number;
  @Field('Done') succeeded: number;
  @Field('Failed for good') dead: number;
  @Field('Skipped by their handler') skipped: number;
}

/** A bulk replay in a list. */
export class ReplaySummary {
  @Field('Id of the replay', { example: '7' }) id: string;
  @Field('`completed` and `cancelled` make no more runs; those made go on', { enum: replayStatuses })
  status: ReplayStatus;
  @Field('The filter it was created with', { type: Object }) filter: StoredFilter;
  @Field('Only these handlers', { type: [String], nullable: true }) handlers: string[] | null;
  @Field('Whether runs that had succeeded are made again') includeSucceeded: boolean;
  @Field('Whether handlers without a run get their first') backfill: boolean;
  @Field('Most runs per second') ratePerSecond: number;
  @Field('Why', { type: String, nullable: true }) reason: string | null;
  @Field('Name of the key it was created with') requestedBy: string;
  @Field('When it was created') createdAt: Date;
  @Field('When it had made its last run', { type: Date, nullable: true }) finishedAt: Date | null;
  @Field('How far it is', { type: ReplayEvents }) events: ReplayEvents;
  @Field('What it did', { type: ReplayRuns }) runs: ReplayRuns;
  @Field('Time until its last run is made, in seconds; `null` unless it is running', {
    type: Number,
    nullable: true,
  })
  etaSeconds: number | null;
}

/** A bulk replay with the states of its runs. */
export class ReplayAnswer extends ReplaySummary {
  @Field('What it did, and where the runs it made or hastened stand', { type: ReplayRunStates })
  override runs: ReplayRunStates;
}

/** Whether nothing will change any more. */
export const isOver = ({ status, runs }: ReplayAnswer): boolean =>
  (status === 'completed' || status === 'cancelled') && runs.pending + runs.running + runs.retrying === 0;

/** A replay as `replay-statements.ts` selects it. */
export interface ReplayRow extends Omit<ReplaySummary, 'events' | 'runs' | 'etaSeconds'> {
  accounts: string[] | null;
  step: string;
  matched: number;
  done: number;
  created: number;
  hastened: number;
  leftAlone: number;
  /** Events since it was created or resumed, and how long ago that was. */
  paceEvents: number;
  paceSeconds: number;
}

export const summaryOf = (row: ReplayRow): ReplaySummary => headOf(row);

function headOf(row: ReplayRow) {
  const { matched, done, created, hastened, leftAlone } = row;
  const { id, status, filter, handlers, includeSucceeded, backfill, ratePerSecond } = row;
  const { reason, requestedBy, createdAt, finishedAt } = row;
  return {
    ...{ id, status, filter, handlers, includeSucceeded, backfill, ratePerSecond },
    ...{ reason, requestedBy, createdAt, finishedAt },
    events: { matched, done },
    runs: { created, hastened, leftAlone },
    etaSeconds: status === 'running' ? etaOf(row) : null,
  };
}

export function answerOf(row: ReplayRow, states: readonly { status: string; runs: number }[]): ReplayAnswer {
  const { runs, ...summary } = headOf(row);
  const count = (status: string) => states.find((state) => state.status === status)?.runs ?? 0;
  const [pending, running, retrying] = [count('pending'), count('running'), count('retrying')];
  const [succeeded, dead, skipped] = [count('succeeded'), count('dead'), count('skipped')];
  return { ...summary, runs: { ...runs, pending, running, retrying, succeeded, dead, skipped } };
}

/** At the rate it asked for, or at its pace so far if that is slower. */
function etaOf(row: ReplayRow): number {
  const left = Math.max(0, row.matched - row.done);
  const runsPerEvent = row.done > 0 ? (row.created + row.hastened) / row.done : 1;
  const secondsPerEvent = row.paceEvents > 0 ? row.paceSeconds / row.paceEvents : 0;
  return Math.ceil(left * Math.max(runsPerEvent / row.ratePerSecond, secondsPerEvent));
}
