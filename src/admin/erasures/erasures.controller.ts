import { Body, Controller, Get, Headers, HttpStatus, Param, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { Admin, AdminRoute } from '../../admin-access/admin-route.decorator.js';
import { ErasureAnswer } from '../../event-erasure/erasure-answer.js';
import { Erasures } from '../../event-erasure/erasures.js';
import { Described } from '../../http/described.decorator.js';
import { bodyValidation } from '../../http/request-validation.js';
import { ErasureDryRun, NewErasureBody } from './erasure.dto.js';
import { ErasuresAdmin } from './erasures.admin.js';

@Controller('admin/erasures')
export class ErasuresController {
  constructor(
    private readonly admin: ErasuresAdmin,
    private readonly erasures: Erasures,
  ) {}

  @Post()
  @AdminRoute('admin')
  @Described("Erase a person's data", {
    description:
      'Overwrites the payloads of all events of a customer, a connected account or one event with what names nobody, ends ' +
      'their open runs, and has the modules overwrite what they keep. It cannot be undone. It goes on whatever is restarted.',
    headers: {
      'Idempotency-Key': 'A repeated request with the same key makes one erasure and is answered alike',
    },
    answers: { 200: ErasureDryRun, 201: ErasureAnswer },
    problems: {
      400: ['body_invalid', 'query_too_broad', 'idempotency_key_invalid'],
      404: ['event_not_found'],
      409: ['idempotency_key_reused', 'idempotency_key_in_use'],
    },
  })
  create(
    @Admin() key: AdminKey,
    @Headers('Idempotency-Key') header: string | undefined,
    @Body(bodyValidation) request: NewErasureBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ErasureDryRun | ErasureAnswer> {
    if (!request.dryRun) return this.admin.create(key, header, request);
    response.status(HttpStatus.OK);
    return this.admin.dryRun(request);
  }

  @Get(':id')
  @AdminRoute('admin')
  @Described('Show an erasure', {
    params: { id: 'Id of the erasure' },
    answer: ErasureAnswer,
    problems: { 404: ['erasure_not_found'] },
  })
  show(@Param('id') id: string): Promise<ErasureAnswer> {
    return this.erasures.show(id);
  }
}
