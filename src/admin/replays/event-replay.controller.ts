import { Body, Controller, Headers, HttpCode, Param, Post } from '@nestjs/common';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { Admin, AdminRoute } from '../../admin-access/admin-route.decorator.js';
import { Described } from '../../http/described.decorator.js';
import { bodyValidation } from '../../http/request-validation.js';
import { EventReplayBody } from './replay.dto.js';
import { EventReplayAnswer } from './replay-views.js';
import { ReplaysAdmin } from './replays.admin.js';
import { RequestAge } from './request-age.js';

@Controller('admin/events/:id/replay')
export class EventReplayController {
  constructor(private readonly replays: ReplaysAdmin) {}

  @Post()
  @HttpCode(200)
  @AdminRoute('replay', { restrictable: true })
  @Described('Replay an event', {
    description:
      'Dead and skipped runs are made again, as a new generation; retrying ones are due at once; open ones and those ' +
      'that succeeded stay as they are. Of requests at the same time only one makes a new run.',
    params: { id: 'Id of the event, `evt_…`' },
    headers: { 'Idempotency-Key': 'A repeated request with the same key is done once and answered alike' },
    answer: EventReplayAnswer,
    problems: {
      400: ['body_invalid', 'unknown_handler', 'idempotency_key_invalid'],
      404: ['event_not_found'],
      409: ['event_erased', 'idempotency_key_reused', 'idempotency_key_in_use'],
    },
  })
  replay(
    @Admin() key: AdminKey,
    @Headers('Idempotency-Key') header: string | undefined,
    @Param('id') id: string,
    @Body(bodyValidation) body: EventReplayBody,
    @RequestAge() ageMs: () => number,
  ): Promise<EventReplayAnswer> {
    return this.replays.replayEvent(key, header, id, body, ageMs);
  }
}
