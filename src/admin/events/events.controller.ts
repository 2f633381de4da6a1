import { Controller, Get, Param, Query } from '@nestjs/common';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { Admin, AdminRoute } from '../../admin-access/admin-route.decorator.js';
import { StoredDocument } from '../../admin-access/stored-document.js';
import { eventDetails, eventPayload, runsOf } from '../../event-store/event-details.js';
import type { EventReader } from '../../event-store/event-reader.js';
import {
  countEvents,
  estimateEvents,
  type EventFilter,
  searchEvents,
} from '../../event-store/event-search.js';
import { LimitedReads } from '../../event-store/limited-reads.js';
import { Described } from '../../http/described.decorator.js';
import { pageOf } from '../../http/page.js';
import { Problem } from '../../http/problem.js';
import { queryValidation } from '../../http/request-validation.js';
import { cursorOf, positionOf } from './cursor.js';
import { EventListQuery, filterOf } from './event-list.query.js';
import { EventDetails, eventDetailsView, eventItem, EventPage } from './event-view.js';
import { RunExplainer } from './run-explainer.js';

const problems = { 404: ['event_not_found'] };
const params = { id: 'Id of the event, `evt_…`' };

@Controller('admin/events')
export class EventsController {
  constructor(
    private readonly reads: LimitedReads,
    private readonly explainer: RunExplainer,
  ) {}

  @Get()
  @AdminRoute('read', { restrictable: true })
  @Described('List events', {
    description:
      'Newest first, by the time Stripe made them; with a range of arrival, by that. Every condition must be true.',
    answer: EventPage,
    problems: { 400: ['query_invalid', 'query_too_broad'] },
  })
  async list(
    @Query(queryValidation) query: EventListQuery,
    @Admin() { accounts }: AdminKey,
  ): Promise<EventPage> {
    const { limit = 50, count } = query;
    const order = (query.receivedFrom ?? query.receivedBefore) === undefined ? 'created' : 'received';
    const after = positionOf(order, query.after);
    const filter = filterOf(query, accounts);
    return this.reads.read(async (db) => {
      const rows = await searchEvents(db, filter, { order: 'newest', after, limit: limit + 1 });
      const { data, next } = pageOf(rows, limit, ({ position }) => cursorOf(order, position));
      return {
        data: data.map(eventItem),
        next,
        ...(count && { count: { value: await countIn(db, filter, count), kind: count } }),
      };
    });
  }

  @Get(':id')
  @AdminRoute('read', { restrictable: true })
  @Described('Show an event', {
    description: 'With its runs, why each is where it is, and every attempt.',
    ...{ params, answer: EventDetails, problems },
  })
  async show(@Param('id') id: string, @Admin() { accounts }: AdminKey): Promise<EventDetails> {
    return this.reads.read(async (db) => {
      const event = isEventId(id) ? await eventDetails(db, id, accounts) : undefined;
      if (!event) throw notFound();
      const runs = (await runsOf(db, [event])).get(event.id) ?? [];
      return eventDetailsView(event, runs, (run) => this.explainer.explain(run, accounts));
    });
  }

  @Get(':id/payload')
  @AdminRoute('read', { restrictable: true })
  @Described('Show the payload of an event', {
    params,
    answer: {
      media: 'application/json',
      description: 'The bytes that Stripe sent, unchanged; without the scope `admin`, redacted',
    },
    problems,
  })
  async payload(@Param('id') id: string, @Admin() { accounts }: AdminKey): Promise<StoredDocument> {
    const payload = isEventId(id) ? await this.reads.read((db) => eventPayload(db, id, accounts)) : undefined;
    if (payload === undefined) throw notFound();
    return new StoredDocument(payload);
  }
}

const countIn = (db: EventReader, filter: EventFilter, kind: 'exact' | 'estimate'): Promise<number> =>
  kind === 'exact' ? countEvents(db, filter) : estimateEvents(db, filter);

/** Nothing else was ever stored, and Postgres refuses some of it. */
const isEventId = (id: string): boolean => /^\w{1,255}$/.test(id);

const notFound = (): Problem =>
  new Problem(404, 'event_not_found', 'There is no such event: find its id with GET /admin/events.');
