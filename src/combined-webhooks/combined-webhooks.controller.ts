import { All, Controller, HttpCode, Post } from '@nestjs/common';
import { EventReceiver, type Receipt } from '../event-processing/event-receiver.js';
import { methodNotAllowed } from '../http/problem.js';
import { OpenRoute } from '../http/route-access.js';
import { SignedBy, SignedEvent } from '../signature/signed-by.decorator.js';
import type { VerifiedEvent } from '../signature/signature.guard.js';

@Controller('webhooks')
export class CombinedWebhooksController {
  constructor(private readonly receiver: EventReceiver) {}

  @Post()
  @HttpCode(200)
  @SignedBy('direct', 'connect')
  receive(@SignedEvent() event: VerifiedEvent): Promise<Receipt> {
    return this.receiver.receive(event);
  }

  @All()
  @OpenRoute('says only that the method is wrong')
  refuse(): never {
    throw methodNotAllowed('POST');
  }
}
