import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type EventOf, OnStripeEvent, type OutsideContext } from '../../event-handlers/index.js';
import { AccountContacts } from './account-contacts.js';
import { isPast } from './messages/payout-messages.js';
import { Notices } from './notices.js';
import { knownFrom } from './payouts.handlers.js';

/**
 * Tells people of payouts. They may have to ask Stripe for an address, so they are no part of a transaction; what makes
 * each message the only one is its key in the outbox, however often a handler runs.
 */
@Injectable()
export class PayoutNoticesHandlers {
  constructor(
    private readonly dataSource: DataSource,
    private readonly contacts: AccountContacts,
    private readonly notices: Notices,
  ) {}

  @OnStripeEvent('payout.created', { id: 'payouts.tell-arrival', source: 'connect', transaction: false })
  async tellArrival(event: EventOf<'payout.created'>, ctx: OutsideContext): Promise<void> {
    const payout = event.data.object;
    const known = knownFrom(event, ctx);
    if (isPast(payout, Date.now())) {
      const why = 'The day of arrival was over when the event was handled';
      return this.dataSource.transaction((tx) => this.notices.skip(tx, payout, known, why));
    }
    const contact = await this.contacts.of(known);
    await this.dataSource.transaction((tx) => this.notices.tellHolder(tx, 'created', payout, known, contact));
  }

  @OnStripeEvent('payout.failed', { id: 'payouts.tell-failure', transaction: false })
  async tellFailure(event: EventOf<'payout.failed'>, ctx: OutsideContext): Promise<void> {
    const payout = event.data.object;
    const known = knownFrom(event, ctx);
    if (known.account === '') {
      const told = 'It is a payout of the platform itself: nobody else was told.';
      return this.dataSource.transaction((tx) => this.notices.tellPlatform(tx, payout, known, told));
    }
    const contact = await this.contacts.of(known);
    await this.dataSource.transaction(async (tx) => {
      const told = (await this.notices.tellHolder(tx, 'failed', payout, known, contact))
        ? 'The account holder is told by e-mail.'
        : 'The account holder could not be told: there is no e-mail address.';
      await this.notices.tellPlatform(tx, payout, known, told);
    });
  }
}
