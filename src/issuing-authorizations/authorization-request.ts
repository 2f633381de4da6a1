import type Stripe from 'stripe';
import type { EventEnvelope } from '../signature/event-envelope.js';
import { isStorable } from './storable-text.js';

export const AUTHORIZATION_REQUEST = 'issuing_authorization.request';

/** What a policy decides on. Amounts are in the smallest unit of `currency`. */
export interface AuthorizationRequest {
  readonly eventId: string;
  readonly requestedAt: Date;
  /** Not unique: an incremental authorization asks again under the same id. */
  readonly authorizationId: string;
  readonly cardId: string;
  readonly cardholderId: string | null;
  readonly account: string | null;
  readonly livemode: boolean;
  /** The additional hold that is asked for. The authorization's own `amount` is 0 at this moment. */
  readonly amount: number;
  readonly currency: string;
  /** What the authorization holds already: more than 0 only when it is incremental. */
  readonly authorized: number;
  /** Whether less than `amount` may be approved. */
  readonly amountControllable: boolean;
  /** The least that may be approved where the amount is controllable. */
  readonly cashback: number;
  readonly merchant: { category: string | null; categoryCode: string | null; country: string | null };
  readonly method: string | null;
  readonly presence: string | null;
  /** Everything else Stripe sent. */
  readonly authorization: Stripe.Issuing.Authorization;
}

type Json = Record<string, unknown>;

/**
 * Reads a request; `undefined` when it cannot be understood.
 *
 * https://docs.stripe.com/issuing/controls/real-time-authorizations
 */
export function readAuthorizationRequest(event: EventEnvelope): AuthorizationRequest | undefined {
  const authorization = member(member(JSON.parse(event.payload), 'data'), 'object');
  const pending = member(authorization, 'pending_request');
  const card = member(authorization, 'card');
  const { amount } = pending;
  const cardId = text(card.id);
  const currency = text(pending.currency);
  const authorizationId = text(event.objectId);
  if (!Number.isSafeInteger(amount) || (amount as number) < 0) return undefined;
  if (authorizationId === null || cardId === null || currency === null) return undefined;
  const merchant = member(authorization, 'merchant_data');
  return {
    eventId: event.id,
    requestedAt: event.created,
    authorizationId,
    cardId,
    cardholderId: idOf(authorization.cardholder) ?? idOf(card.cardholder),
    account: event.account,
    livemode: event.livemode,
    amount: amount as number,
    currency: currency.toLowerCase(),
    authorized: authorization.approved === true ? wholeNumber(authorization.amount) : 0,
    amountControllable: pending.is_amount_controllable === true,
    cashback: wholeNumber(member(pending, 'amount_details').cashback_amount),
    merchant: {
      category: text(merchant.category),
      categoryCode: text(merchant.category_code),
      country: text(merchant.country),
    },
    method: text(authorization.authorization_method),
    presence: text(authorization.card_presence),
    authorization: authorization as unknown as Stripe.Issuing.Authorization,
  };
}

const member = (value: unknown, name: string): Json => {
  const found = typeof value === 'object' && value !== null ? (value as Json)[name] : undefined;
  return typeof found === 'object' && found !== null ? (found as Json) : {};
};

const wholeNumber = (value: unknown): number => (Number.isSafeInteger(value) ? (value as number) : 0);

const text = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' && value.length <= 255 && isStorable(value) ? value : null;

/** Stripe sends an id, or the whole object. */
const idOf = (value: unknown): string | null => text(value) ?? text((value as Json | null | undefined)?.id);
