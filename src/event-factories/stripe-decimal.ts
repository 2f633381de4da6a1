import type Stripe from 'stripe';

/**
 * A decimal as it stands in a webhook. The SDK's types promise its `Decimal` class, but events are parsed as plain
 * JSON, where a decimal is text; so a realistic event holds text.
 */
export const decimalText = (text: `${number}`): Stripe.Decimal => text as unknown as Stripe.Decimal;
