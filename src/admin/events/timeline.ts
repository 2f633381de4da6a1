import { Injectable } from '@nestjs/common';
import { type Accounts, type EventKey, runsOf } from '../../event-store/event-details.js';
import type { EventReader } from '../../event-store/event-reader.js';
import { type Position, searchEvents } from '../../event-store/event-search.js';
import { earlierSnapshots, snapshotPayloads } from '../../event-store/object-snapshots.js';
import { pageOf } from '../../http/page.js';
import { cursorOf } from './cursor.js';
import { eventItem, runView } from './event-view.js';
import { type Difference, differences } from './json-differences.js';
import { RunExplainer } from './run-explainer.js';
import type { TimelineEntry, TimelinePage } from './timeline-view.js';

/** Pairs of payloads in memory at once. */
const PAIRS_AT_ONCE = 10;

type Changes = Pick<TimelineEntry, 'changes' | 'moreChanges'>;

const NO_CHANGES: Changes = { changes: null, moreChanges: false };

/** What happened to an object, in order. */
@Injectable()
export class Timeline {
  constructor(private readonly explainer: RunExplainer) {}

  /** Every event with this id in it, oldest first, with its runs and with what it changed. */
  async page(
    db: EventReader,
    id: string,
    accounts: Accounts,
    { after, limit }: { after: Position | undefined; limit: number },
  ): Promise<TimelinePage> {
    const filter = { id, accounts: accounts ?? undefined };
    const rows = await searchEvents(db, filter, { order: 'oldest', after, limit: limit + 1 });
    const { data: events, next } = pageOf(rows, limit, ({ position }) => cursorOf('timeline', position));
    const runs = await runsOf(db, events);
    const changes = await changesOf(db, events, id, accounts);
    return {
      data: events.map((event) => ({
        event: eventItem(event),
        runs: (runs.get(event.id) ?? []).map((run) =>
          runView(run, (r) => this.explainer.explain(r, accounts)),
        ),
        ...(changes.get(event.id) ?? NO_CHANGES),
      })),
      next,
    };
  }
}

async function changesOf(
  db: EventReader,
  events: readonly EventKey[],
  touching: string,
  accounts: Accounts,
): Promise<Map<string, Changes>> {
  const byId = new Map(events.map((event) => [event.id, event]));
  const pairs = (await earlierSnapshots(db, events, touching, accounts)).flatMap((pair) => {
    const event = byId.get(pair.eventId);
    if (!event || pair.earlierId === null || pair.earlierCreated === null) return [];
    return [{ event, earlier: { id: pair.earlierId, created: pair.earlierCreated } }];
  });
  const changes = new Map<string, Changes>();
  for (let i = 0; i < pairs.length; i += PAIRS_AT_ONCE) {
    for (const { eventId, before, after } of await snapshotPayloads(db, pairs.slice(i, i + PAIRS_AT_ONCE))) {
      changes.set(eventId, before === null || after === null ? NO_CHANGES : between(before, after));
    }
  }
  return changes;
}

function between(before: string, after: string): Changes {
  const { changes, more } = differences(objectIn(before), objectIn(after));
  return { changes: changes.map(toView), moreChanges: more };
}

const toView = ({ path, from = null, to = null }: Difference) => ({ path, from, to });

const objectIn = (payload: string): unknown =>
  (JSON.parse(payload) as { data?: { object?: unknown } }).data?.object;
