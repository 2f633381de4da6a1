import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query } from '@nestjs/common';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { Admin, AdminRoute } from '../../admin-access/admin-route.decorator.js';
import { ReplayAnswer } from '../../event-replay/replay-answer.js';
import { Described } from '../../http/described.decorator.js';
import { bodyValidation, queryValidation } from '../../http/request-validation.js';
import { FailureReplays } from './failure-replays.js';
import { FailureNote, FailureQuery, FailureReplay, NoFailureQuery } from './failure.dto.js';
import { FailureGroup, FailurePage } from './failure.view.js';
import { FailuresAdmin } from './failures.admin.js';

const params = { handler: 'Id of the handler', fingerprint: 'Fingerprint of the group' };

@Controller('admin/failures')
export class FailuresController {
  constructor(
    private readonly failures: FailuresAdmin,
    private readonly replays: FailureReplays,
  ) {}

  @Get()
  @AdminRoute('read', { restrictable: true })
  @Described('List failures', {
    description: 'Dead and retrying runs, grouped by handler and kind of error.',
    answer: FailurePage,
    problems: { 400: ['query_invalid', 'query_too_broad'] },
  })
  list(@Admin() key: AdminKey, @Query(queryValidation) query: FailureQuery): Promise<FailurePage> {
    return this.failures.list(key, query);
  }

  @Get(':handler/:fingerprint')
  @AdminRoute('read', { restrictable: true })
  @Described('Show a group of failures', {
    params,
    answer: FailureGroup,
    problems: { 400: ['query_invalid', 'query_too_broad'], 404: ['failure_not_found'] },
  })
  show(
    @Admin() key: AdminKey,
    @Param('handler') handler: string,
    @Param('fingerprint') fingerprint: string,
    @Query(queryValidation) _query: NoFailureQuery,
  ): Promise<FailureGroup> {
    return this.failures.get(key, { handler, fingerprint });
  }

  @Post(':handler/:fingerprint/acknowledge')
  @HttpCode(200)
  @AdminRoute('replay')
  @Described('Acknowledge a group of failures', {
    description: 'Somebody is on it: it leaves the list of open ones and stays away.',
    params,
    answer: FailureGroup,
    problems: { 400: ['body_invalid'], 404: ['failure_not_found'] },
  })
  acknowledge(
    @Admin() key: AdminKey,
    @Param('handler') handler: string,
    @Param('fingerprint') fingerprint: string,
    @Body(bodyValidation) note: FailureNote,
  ): Promise<FailureGroup> {
    return this.failures.acknowledge(key, { handler, fingerprint }, note);
  }

  @Post(':handler/:fingerprint/resolve')
  @HttpCode(200)
  @AdminRoute('replay')
  @Described('Resolve a group of failures', {
    description: 'It is dealt with: it leaves the list of open ones until something fails like this again.',
    params,
    answer: FailureGroup,
    problems: { 400: ['body_invalid'], 404: ['failure_not_found'] },
  })
  resolve(
    @Admin() key: AdminKey,
    @Param('handler') handler: string,
    @Param('fingerprint') fingerprint: string,
    @Body(bodyValidation) note: FailureNote,
  ): Promise<FailureGroup> {
    return this.failures.resolve(key, { handler, fingerprint }, note);
  }

  @Post(':handler/:fingerprint/replay')
  @AdminRoute('replay', { restrictable: true })
  @Described('Replay a group of failures', {
    description: 'Starts a bulk replay of its runs: dead ones are run again, retrying ones are due at once.',
    params,
    headers: { 'Idempotency-Key': 'A repeated request with the same key gets the first answer again' },
    answer: ReplayAnswer,
    problems: {
      400: ['body_invalid', 'idempotency_key_invalid'],
      404: ['failure_not_found'],
      409: ['idempotency_key_reused', 'idempotency_key_in_use'],
    },
  })
  replay(
    @Admin() key: AdminKey,
    @Param('handler') handler: string,
    @Param('fingerprint') fingerprint: string,
    @Body(bodyValidation) request: FailureReplay,
    @Headers('Idempotency-Key') idempotencyKey: string | undefined,
  ): Promise<ReplayAnswer> {
    return this.replays.start(key, { handler, fingerprint }, request, idempotencyKey);
  }
}
