import { Injectable, Module } from '@nestjs/common';
import { type EventOf, type HandlerContext, OnStripeEvent } from '../../src/event-handlers/index.js';

const type = 'v2.core.account[requirements].updated';

/** A typed handler of thin events; its effect names the object that the event points to. */
@Injectable()
class ThinHandlers {
  @OnStripeEvent(type, { id: 'test.thin' })
  async thin(event: EventOf<typeof type>, ctx: HandlerContext): Promise<void> {
    const object: { id: string; url: string } | undefined = event.related_object;
    await ctx.tx.query(`INSERT INTO effect (event_id, handler_id, attempt) VALUES ($1, $2, $3)`, [
      event.id,
      `${object?.id} as ${ctx.account ?? 'platform'}`,
      ctx.attempt,
    ]);
  }
}

@Module({ providers: [ThinHandlers] })
export class ThinModule {}
