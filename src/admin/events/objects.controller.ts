import { Controller, Get, Param, Query } from '@nestjs/common';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { Admin, AdminRoute } from '../../admin-access/admin-route.decorator.js';
import { LimitedReads } from '../../event-store/limited-reads.js';
import { Described } from '../../http/described.decorator.js';
import { queryValidation } from '../../http/request-validation.js';
import { positionOf } from './cursor.js';
import { PageQuery } from './event-list.query.js';
import { Timeline } from './timeline.js';
import { TimelinePage } from './timeline-view.js';

@Controller('admin/objects')
export class ObjectsController {
  constructor(
    private readonly reads: LimitedReads,
    private readonly timeline: Timeline,
  ) {}

  @Get(':id/timeline')
  @AdminRoute('read', { restrictable: true })
  @Described('Show the timeline of an object', {
    description:
      'Every event that has this id in it, as its object, its account or elsewhere in its data, with its runs, their attempts, and what it changed.',
    params: { id: 'Id of the object, `pi_…`, `cus_…`, `acct_…`' },
    answer: TimelinePage,
    problems: { 400: ['query_invalid', 'query_too_broad'] },
  })
  async show(
    @Param('id') id: string,
    @Query(queryValidation) { limit = 50, after }: PageQuery,
    @Admin() { accounts }: AdminKey,
  ): Promise<TimelinePage> {
    const position = positionOf('timeline', after);
    if (!isStorable(id)) return { data: [], next: null };
    return this.reads.read((db) => this.timeline.page(db, id, accounts, { after: position, limit }));
  }
}

/** No event has another id, and Postgres refuses NUL. */
const isStorable = (id: string): boolean => id.length <= 255 && !id.includes('\0');
