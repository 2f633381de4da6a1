import { Injectable, Module } from '@nestjs/common';
import { type EventOf, type HandlerContext, OnStripeEvent, SkipRun } from '../../src/event-handlers/index.js';
import * as everyFeature from '../../src/features/features.js';
import {
  type AuthorizationPolicy,
  type AuthorizationRequest,
  IssuingPolicy,
  type Verdict,
} from '../../src/issuing-authorizations/index.js';
import { Outbox } from '../../src/mail/outbox.js';

/** Handlers that fail in every way they can, and quote what they were given. */
@Injectable()
class CarelessHandlers {
  constructor(private readonly outbox: Outbox) {}

  @OnStripeEvent('account.updated', { id: 'careless.mails' })
  async mails({ id, data: { object } }: EventOf<'account.updated'>, ctx: HandlerContext): Promise<void> {
    const { email } = object;
    if (email === null) return;
    const words = { subject: `To ${email}`, text: email, html: email };
    await this.outbox.put(ctx.tx, {
      key: id,
      kind: 'careless',
      account: null,
      to: { address: email },
      ...words,
    });
  }

  @OnStripeEvent('charge.succeeded', { id: 'careless.throws' })
  async throws({ data: { object } }: EventOf<'charge.succeeded'>): Promise<void> {
    throw new Error(`cannot bill ${JSON.stringify(object)}`);
  }

  @OnStripeEvent('invoice.paid', { id: 'careless.skips' })
  async skips({ data: { object } }: EventOf<'invoice.paid'>): Promise<void> {
    throw new SkipRun(`${object.customer_name} <${object.customer_email}> wants no receipts`);
  }

  @OnStripeEvent('checkout.session.completed', { id: 'careless.sql' })
  async sql({ data: { object } }: EventOf<'checkout.session.completed'>, ctx: HandlerContext): Promise<void> {
    await ctx.tx.query('SELECT $1::int', [object.customer_details?.email]);
  }

  @OnStripeEvent('charge.dispute.created', { id: 'careless.outside', transaction: false })
  async outside({ data: { object } }: EventOf<'charge.dispute.created'>): Promise<void> {
    const { customer_email_address: email } = object.evidence;
    throw Object.assign(new Error(`POST /mails answered 422: ${email}`), { code: 'E_MAIL', email });
  }
}

/** Quotes the cardholder whom it is asked about. */
@IssuingPolicy({ id: 'careless.policy', order: 1 })
class CarelessPolicy implements AuthorizationPolicy {
  decide({ authorization }: AuthorizationRequest): Verdict {
    throw new Error(`no limit for ${JSON.stringify(authorization)}`);
  }
}

@Module({
  imports: Object.values(everyFeature),
  providers: [CarelessHandlers, CarelessPolicy],
})
class CarelessModule {}

export const features = [CarelessModule];
