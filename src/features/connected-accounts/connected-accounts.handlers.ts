import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import { type EventOf, type HandlerContext, OnStripeEvent } from '../../event-handlers/index.js';
import { type AccountChange, DELETED, updated } from './account-change.js';
import { accountState, capabilityState, externalAccountState, personState } from './account-states.js';
import { ConnectedAccounts, DEAUTHORIZED } from './connected-accounts.js';

type AccountEvent<E extends string> = Extract<Stripe.Event, { type: E }>;
type Authorization = EventOf<'account.application.authorized' | 'account.application.deauthorized'>;
type External = AccountEvent<`account.external_account.${'created' | 'updated' | 'deleted'}`>;
type Person = AccountEvent<`person.${'created' | 'updated' | 'deleted'}`>;

/** Follows what Stripe tells of connected accounts. It only keeps records, also of accounts that have left. */
@Injectable()
export class ConnectedAccountsHandlers {
  constructor(private readonly accounts: ConnectedAccounts) {}

  @OnStripeEvent(['account.application.authorized', 'account.application.deauthorized'], {
    id: 'connected-accounts.authorization',
    source: 'connect',
    actsForAccount: false,
  })
  async authorization(event: Authorization, ctx: HandlerContext): Promise<void> {
    const after = { connected: event.type !== DEAUTHORIZED };
    await this.record(event, ctx, { part: 'connection', before: null, after });
  }

  @OnStripeEvent('account.updated', {
    id: 'connected-accounts.account',
    source: 'connect',
    actsForAccount: false,
  })
  async account(event: EventOf<'account.updated'>, ctx: HandlerContext): Promise<void> {
    await this.record(event, ctx, updated('account', event.data, accountState));
  }

  @OnStripeEvent('capability.updated', {
    id: 'connected-accounts.capability',
    source: 'connect',
    actsForAccount: false,
  })
  async capability(event: EventOf<'capability.updated'>, ctx: HandlerContext): Promise<void> {
    await this.record(event, ctx, updated(`capability:${event.data.object.id}`, event.data, capabilityState));
  }

  @OnStripeEvent(
    [
      'account.external_account.created',
      'account.external_account.updated',
      'account.external_account.deleted',
    ],
    { id: 'connected-accounts.external-account', source: 'connect', actsForAccount: false },
  )
  async externalAccount(event: External, ctx: HandlerContext): Promise<void> {
    const part = `external_account:${event.data.object.id}`;
    await this.record(event, ctx, lifeOf(event.type, updated(part, event.data, externalAccountState)));
  }

  @OnStripeEvent(['person.created', 'person.updated', 'person.deleted'], {
    id: 'connected-accounts.person',
    source: 'connect',
    actsForAccount: false,
  })
  async person(event: Person, ctx: HandlerContext): Promise<void> {
    const part = `person:${event.data.object.id}`;
    await this.record(event, ctx, lifeOf(event.type, updated(part, event.data, personState)));
  }

  @OnStripeEvent('payout.failed', {
    id: 'connected-accounts.payout-failed',
    source: 'connect',
    actsForAccount: false,
  })
  async payoutFailed(event: EventOf<'payout.failed'>, ctx: HandlerContext): Promise<void> {
    const { id: payout, destination, failure_code: code } = event.data.object;
    const externalAccount = typeof destination === 'string' ? destination : destination?.id;
    if (externalAccount === undefined) return;
    await this.record(event, ctx, {
      part: `payout:${externalAccount}`,
      before: null,
      after: { payout, code },
    });
  }

  private async record(event: Stripe.Event, ctx: HandlerContext, change: AccountChange): Promise<void> {
    const { account, livemode, tx } = ctx;
    if (account === undefined) return;
    await this.accounts.record(tx, { account, livemode }, event, change);
  }
}

/** What begins has no state before, and what ends has none after. */
function lifeOf(type: string, { part, before, after }: AccountChange): AccountChange {
  if (type.endsWith('.created')) return { part, before: null, after };
  return { part, before, after: type.endsWith('.deleted') ? DELETED : after };
}
