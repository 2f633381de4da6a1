import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { Admin, AdminRoute } from '../../admin-access/admin-route.decorator.js';
import { Reason } from '../../admin-access/reason.decorator.js';
import { Described } from '../../http/described.decorator.js';
import { bodyValidation, queryValidation } from '../../http/request-validation.js';
import { HandlerList, HandlerView } from './handler.view.js';
import { HandlersAdmin } from './handlers.admin.js';

const params = { id: 'Id of the handler, `orders.fulfil`' };

/** There is nothing to choose; what is sent all the same is refused. */
export class HandlerQuery {}

export class HandlerChange {
  @Reason()
  reason?: string;
}

@Controller('admin/handlers')
export class HandlersController {
  constructor(private readonly handlers: HandlersAdmin) {}

  @Get()
  @AdminRoute('read')
  @Described('List handlers', {
    description: 'Those of this version of the code, and those that are gone but left open or dead runs.',
    answer: HandlerList,
    problems: { 400: ['query_invalid', 'query_too_broad'] },
  })
  async list(@Query(queryValidation) _query: HandlerQuery): Promise<HandlerList> {
    return { data: await this.handlers.list(), next: null };
  }

  @Get(':id')
  @AdminRoute('read')
  @Described('Show a handler', {
    params,
    answer: HandlerView,
    problems: { 400: ['query_invalid', 'query_too_broad'], 404: ['handler_not_found'] },
  })
  show(@Param('id') id: string, @Query(queryValidation) _query: HandlerQuery): Promise<HandlerView> {
    return this.handlers.get(id);
  }

  @Post(':id/pause')
  @HttpCode(200)
  @AdminRoute('replay')
  @Described('Pause a handler', {
    description:
      'No worker starts another attempt until it is resumed; those that run go on. Events are stored and wait.',
    params,
    answer: HandlerView,
    problems: { 400: ['body_invalid'], 404: ['handler_not_found'] },
  })
  pause(
    @Admin() key: AdminKey,
    @Param('id') id: string,
    @Body(bodyValidation) { reason }: HandlerChange,
  ): Promise<HandlerView> {
    return this.handlers.pause(key, id, reason);
  }

  @Post(':id/resume')
  @HttpCode(200)
  @AdminRoute('replay')
  @Described('Resume a handler', {
    description: 'What has waited is worked on again within about a second.',
    params,
    answer: HandlerView,
    problems: { 400: ['body_invalid'], 404: ['handler_not_found'] },
  })
  resume(
    @Admin() key: AdminKey,
    @Param('id') id: string,
    @Body(bodyValidation) { reason }: HandlerChange,
  ): Promise<HandlerView> {
    return this.handlers.resume(key, id, reason);
  }
}
