import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  HttpStatus,
  type MessageEvent,
  Param,
  Post,
  Query,
  Res,
  Sse,
  UseGuards,
} from '@nestjs/common';
import type { Response } from 'express';
import type { Observable } from 'rxjs';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { Admin, AdminRoute } from '../../admin-access/admin-route.decorator.js';
import { ReplayAnswer } from '../../event-replay/replay-answer.js';
import { Replays } from '../../event-replay/replays.js';
import { Described } from '../../http/described.decorator.js';
import { pageOf } from '../../http/page.js';
import { bodyValidation, queryValidation } from '../../http/request-validation.js';
import { NewReplayBody, ReplayListQuery, ReplayOrderBody, ReplayPage } from './replay.dto.js';
import { ReplayProgress } from './replay-progress.js';
import { ReplayDryRun } from './replay-views.js';
import { ReplaysAdmin } from './replays.admin.js';
import { WatchedReplayGuard } from './watched-replay.guard.js';

const one = { params: { id: 'Id of the replay' }, problems: { 404: ['replay_not_found'] } };
const changed = {
  params: one.params,
  answer: ReplayAnswer,
  problems: { 400: ['body_invalid'], 404: ['replay_not_found'], 409: ['replay_ended'] },
};

@Controller('admin/replays')
export class ReplaysController {
  constructor(
    private readonly admin: ReplaysAdmin,
    private readonly replays: Replays,
    private readonly watch: ReplayProgress,
  ) {}

  @Post()
  @AdminRoute('replay', { restrictable: true })
  @Described('Replay many events', {
    description:
      'Goes through the events that match and were received before now, oldest first, by the same rules as a replay of ' +
      'one event. It goes on whatever is restarted; new events always go first.',
    headers: {
      'Idempotency-Key': 'A repeated request with the same key makes one replay and is answered alike',
    },
    answers: { 200: ReplayDryRun, 201: ReplayAnswer },
    problems: {
      400: ['body_invalid', 'unknown_handler', 'query_too_broad', 'idempotency_key_invalid'],
      409: ['idempotency_key_reused', 'idempotency_key_in_use'],
    },
  })
  create(
    @Admin() key: AdminKey,
    @Headers('Idempotency-Key') header: string | undefined,
    @Body(bodyValidation) request: NewReplayBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReplayDryRun | ReplayAnswer> {
    if (!request.dryRun) return this.admin.create(key, header, request);
    response.status(HttpStatus.OK);
    return this.admin.dryRun(key, request);
  }

  @Get()
  @AdminRoute('read', { restrictable: true })
  @Described('List replays of many events', { answer: ReplayPage, problems: { 400: ['query_invalid'] } })
  async list(
    @Admin() key: AdminKey,
    @Query(queryValidation) { limit = 50, ...filter }: ReplayListQuery,
  ): Promise<ReplayPage> {
    const rows = await this.replays.list(key, { ...filter, limit: limit + 1 });
    return pageOf(rows, limit, ({ id }) => id);
  }

  @Get(':id')
  @AdminRoute('read', { restrictable: true })
  @Described('Show a replay', { ...one, answer: ReplayAnswer })
  show(@Admin() key: AdminKey, @Param('id') id: string): Promise<ReplayAnswer> {
    return this.replays.show(key, id);
  }

  @Sse(':id/progress')
  @UseGuards(WatchedReplayGuard)
  @AdminRoute('read', { restrictable: true })
  @Described('Watch a replay', {
    ...one,
    description:
      'Server-sent events: `progress` with the replay as it is, at most twice a second, and `end` when it makes no more ' +
      'runs and all it made have ended.',
    answer: { media: 'text/event-stream', description: 'The progress', type: ReplayAnswer },
  })
  progress(@Admin() key: AdminKey, @Param('id') id: string): Observable<MessageEvent> {
    return this.watch.of(key, id);
  }

  @Post(':id/pause')
  @HttpCode(200)
  @AdminRoute('replay', { restrictable: true })
  @Described('Pause a replay', { ...changed, description: 'Runs that it made go on.' })
  pause(@Admin() key: AdminKey, @Param('id') id: string, @Body(bodyValidation) { reason }: ReplayOrderBody) {
    return this.admin.order(key, id, 'pause', reason);
  }

  @Post(':id/resume')
  @HttpCode(200)
  @AdminRoute('replay', { restrictable: true })
  @Described('Resume a replay', changed)
  resume(@Admin() key: AdminKey, @Param('id') id: string, @Body(bodyValidation) { reason }: ReplayOrderBody) {
    return this.admin.order(key, id, 'resume', reason);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @AdminRoute('replay', { restrictable: true })
  @Described('Cancel a replay', {
    ...changed,
    description: 'It makes no more runs; those that it made go on.',
  })
  cancel(@Admin() key: AdminKey, @Param('id') id: string, @Body(bodyValidation) { reason }: ReplayOrderBody) {
    return this.admin.order(key, id, 'cancel', reason);
  }
}
