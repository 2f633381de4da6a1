import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { EventRow } from '../event-store/event-search.js';
import { searchEvents } from '../event-store/event-search.js';
import { choosesRuns, eventsOf, type StoredFilter } from './replay-filter.js';
import type { DueStep } from './replay-queue.js';
import { COUNT_OPEN, FINISH_STEP, TAKE_STEP } from './replay-statements.js';
import type { LatestRun, ReplayChoice } from './run-decision.js';
import { type Decision, type ReplayedRun, RunReplays } from './run-replays.js';

/** A step makes the runs of about this time, and looks for them no longer. In milliseconds. */
const STEP_MS = 250;

/** A worker that freezes in a step loses it after this time, in milliseconds. */
const LONGEST_PAUSE_MS = 10_000;

/** What Redis holds of a replay, and what its handlers have before them, has a bound. */
const mostOpen = (ratePerSecond: number): number => Math.max(2 * ratePerSecond, 50);

const FEWEST_EVENTS = 50;

/** A replay as `TAKE_STEP` selects it. */
interface StepRow extends Required<ReplayChoice> {
  id: string;
  filter: StoredFilter;
  accounts: string[] | null;
  ratePerSecond: number;
  cursorAt: string | null;
  cursorId: string | null;
  createdAt: Date;
}

/** What a step did. */
interface Progress {
  cursor?: { at: string; id: string };
  done: number;
  created: ReplayedRun[];
  hastened: ReplayedRun[];
  leftAlone: number;
  /** Whether no event is left. */
  atEnd: boolean;
}

/** What follows a step, once it is committed. */
export interface StepMade {
  runs: ReplayedRun[];
  next: DueStep | undefined;
}

/** Goes through the next few events of a replay: their runs and the cursor commit together. */
@Injectable()
export class ReplayStep {
  constructor(
    private readonly dataSource: DataSource,
    private readonly replays: RunReplays,
  ) {}

  /** @returns nothing when this step was made by another worker, or the replay was paused or cancelled */
  async make(replayId: string, step: string): Promise<StepMade | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const [replay] = await tx.query<StepRow[]>(TAKE_STEP, [replayId, step, `${LONGEST_PAUSE_MS}`]);
      if (!replay) return undefined;
      const room = await roomOf(tx, replay);
      const progress: Progress = { done: 0, created: [], hastened: [], leftAlone: 0, atEnd: false };
      const budget = Math.min(room, Math.ceil((replay.ratePerSecond * STEP_MS) / 1_000));
      const ends = performance.now() + STEP_MS;
      while (made(progress) < budget && !progress.atEnd && performance.now() < ends) {
        await this.page(tx, replay, progress, budget - made(progress));
      }
      return this.finish(tx, replayId, progress, room > 0 ? 0 : STEP_MS);
    });
  }

  /** Goes through a page of events, as far as the budget of runs goes; one event is always gone through. */
  private async page(tx: EntityManager, replay: StepRow, progress: Progress, budget: number): Promise<void> {
    const limit = Math.max(budget, FEWEST_EVENTS);
    const after = progress.cursor ?? cursorOf(replay);
    const filter = eventsOf(replay.filter, replay.accounts, replay.createdAt);
    const events = await searchEvents(tx, filter, { order: 'oldest', after, limit });
    const decided = await this.decide(tx, replay, events);
    const wanted = decided.map((decisions) => decisions.filter(isWanted).length);
    const count = within(budget, wanted);
    const decisions = decided.slice(0, count).flat();
    const created = await this.replays.create(tx, decisions, replay.id);
    const hastened = await this.replays.hasten(tx, decisions, replay.id);
    const existing = decisions.filter(({ run, outcome }) => run ?? outcome === 'replayed').length;
    const last = events[count - 1];
    if (last) progress.cursor = last.position;
    progress.done += count;
    progress.created.push(...created);
    progress.hastened.push(...hastened);
    progress.leftAlone += existing - created.length - hastened.length;
    progress.atEnd = events.length < limit && count === events.length;
  }

  /** What to do about each event. */
  private async decide(
    tx: EntityManager,
    replay: StepRow,
    events: readonly EventRow[],
  ): Promise<Decision[][]> {
    const replayable = events.map((event) => ({ ...event, createdText: event.position.at }));
    const runs = await this.replays.latestRuns(tx, replayable);
    const isChosen = ({ run, handlerId }: Decision) => matches(replay.filter, handlerId, run);
    return replayable.map((event) =>
      this.replays.decide(event, runs.get(event.id) ?? [], replay).filter(isChosen),
    );
  }

  private async finish(
    tx: EntityManager,
    id: string,
    { cursor, done, created, hastened, leftAlone, atEnd }: Progress,
    leastWaitMs: number,
  ): Promise<StepMade> {
    const counts = [done, created.length, hastened.length, leftAlone];
    const values = [id, cursor?.at ?? null, cursor?.id ?? null, ...counts, atEnd, leastWaitMs];
    const [next] = await tx.query<[{ step: string; waitMs: number }]>(FINISH_STEP, values);
    return { runs: [...created, ...hastened], next: atEnd ? undefined : { id, ...next } };
  }
}

const made = ({ created, hastened }: Progress): number => created.length + hastened.length;

const isWanted = ({ outcome }: Decision): boolean => outcome === 'replayed' || outcome === 'due_now';

const cursorOf = ({ cursorAt, cursorId }: StepRow) =>
  cursorAt !== null && cursorId !== null ? { at: cursorAt, id: cursorId } : undefined;

/** How many runs may be made before too many are open. */
async function roomOf(tx: EntityManager, { id, ratePerSecond }: StepRow): Promise<number> {
  const most = mostOpen(ratePerSecond);
  const [row] = await tx.query<[{ open: number }]>(COUNT_OPEN, [id, most]);
  return most - row.open;
}

/** How many of these, from the first, fit into the budget: at least one. */
function within(budget: number, wanted: readonly number[]): number {
  let sum = 0;
  const tooMany = wanted.findIndex((runs, i) => (sum += runs) > budget && i > 0);
  return tooMany === -1 ? wanted.length : tooMany;
}

/** Whether a filter that chooses runs chooses this one. */
function matches(filter: StoredFilter, handlerId: string, run: LatestRun | undefined): boolean {
  if (!choosesRuns(filter)) return true;
  const { status = run?.status, handler = handlerId, fingerprint } = filter;
  const failing = run?.status === 'dead' || run?.status === 'retrying';
  return (
    run !== undefined &&
    run.status === status &&
    handlerId === handler &&
    (fingerprint === undefined || (failing && run.fingerprint === fingerprint))
  );
}
