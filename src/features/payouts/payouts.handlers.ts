import { Injectable } from '@nestjs/common';
import { type EventOf, type HandlerContext, OnStripeEvent } from '../../event-handlers/index.js';
import { AccountContacts } from './account-contacts.js';
import { ExternalAccounts } from './external-accounts.js';
import { type Known, PayoutLedger } from './payout-ledger.js';

type PayoutEvent = 'payout.created' | 'payout.updated' | 'payout.paid' | 'payout.failed' | 'payout.canceled';

/**
 * Keeps payouts, balances, contacts and the state of external accounts. All of it is "the newest event wins", decided in
 * Postgres: duplicates, replays and any order come to the same.
 */
@Injectable()
export class PayoutsHandlers {
  constructor(
    private readonly ledger: PayoutLedger,
    private readonly externalAccounts: ExternalAccounts,
    private readonly contacts: AccountContacts,
  ) {}

  @OnStripeEvent(['payout.created', 'payout.updated', 'payout.paid', 'payout.failed', 'payout.canceled'], {
    id: 'payouts.record',
    actsForAccount: false,
  })
  async record(event: EventOf<PayoutEvent>, ctx: HandlerContext): Promise<void> {
    const payout = event.data.object;
    const known = knownFrom(event, ctx);
    await this.ledger.record(ctx.tx, payout, known);
    await this.externalAccounts.judge(ctx.tx, payout, known);
  }

  @OnStripeEvent('account.external_account.updated', {
    id: 'payouts.external-account-updated',
    actsForAccount: false,
  })
  async externalAccountUpdated(
    event: EventOf<'account.external_account.updated'>,
    ctx: HandlerContext,
  ): Promise<void> {
    await this.externalAccounts.changed(ctx.tx, event.data.object, knownFrom(event, ctx));
  }

  @OnStripeEvent('account.external_account.deleted', {
    id: 'payouts.external-account-deleted',
    actsForAccount: false,
  })
  async externalAccountDeleted(
    event: EventOf<'account.external_account.deleted'>,
    ctx: HandlerContext,
  ): Promise<void> {
    await this.externalAccounts.recovered(ctx.tx, event.data.object.id, knownFrom(event, ctx));
  }

  @OnStripeEvent('balance.available', { id: 'payouts.balance', actsForAccount: false })
  async balance(event: EventOf<'balance.available'>, ctx: HandlerContext): Promise<void> {
    await this.ledger.recordBalance(ctx.tx, event.data.object, knownFrom(event, ctx));
  }

  @OnStripeEvent('account.updated', { id: 'payouts.contact', source: 'connect', actsForAccount: false })
  async contact(event: EventOf<'account.updated'>, ctx: HandlerContext): Promise<void> {
    await this.contacts.store(ctx.tx, event.data.object, knownFrom(event, ctx));
  }
}

/** Which event something is known from. */
export const knownFrom = (
  { id, created }: { id: string; created: number },
  { account = '', livemode }: { account?: string; livemode: boolean },
): Known => ({ id, created, account, livemode });
