import type Stripe from 'stripe';
import type { AccountRequirements, CapabilityRequirements, OpenRequirements } from './account-views.js';

/**
 * What is kept of an account and of what belongs to it: states, nothing about people. Lists are sorted,
 * so that equal states are equal as text.
 */

export interface AccountState {
  chargesEnabled: boolean;
  payoutsEnabled: boolean;
  detailsSubmitted: boolean;
  requirements: AccountRequirements;
  /** Status by name. */
  capabilities: Record<string, string>;
}

export interface CapabilityState {
  status: string;
  requirements: CapabilityRequirements;
}

export interface PersonState {
  verification: string | null;
  requirements: OpenRequirements;
}

export interface ExternalAccountState {
  type: 'bank_account' | 'card';
  /** Bank or brand. */
  name: string | null;
  last4: string | null;
  country: string | null;
  currency: string | null;
  defaultForCurrency: boolean;
  status: string | null;
}

type MaybeRequirements = Partial<
  Record<'currently_due' | 'past_due' | 'pending_verification' | 'eventually_due', string[] | null>
> & { current_deadline?: number | null; disabled_reason?: string | null };

const sorted = (list: string[] | null | undefined): string[] => (list ?? []).toSorted();

const openRequirements = (given: MaybeRequirements | null | undefined) => ({
  currentlyDue: sorted(given?.currently_due),
  pastDue: sorted(given?.past_due),
  pendingVerification: sorted(given?.pending_verification),
});

const consequences = (given: MaybeRequirements | null | undefined) => ({
  currentDeadline: given?.current_deadline ? new Date(given.current_deadline * 1000).toISOString() : null,
  disabledReason: given?.disabled_reason ?? null,
});

export const accountState = (account: Stripe.Account): AccountState => ({
  chargesEnabled: account.charges_enabled,
  payoutsEnabled: account.payouts_enabled,
  detailsSubmitted: account.details_submitted,
  requirements: {
    ...openRequirements(account.requirements),
    eventuallyDue: sorted(account.requirements?.eventually_due),
    ...consequences(account.requirements),
  },
  capabilities: Object.fromEntries(
    Object.entries(account.capabilities ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ),
});

export const capabilityState = ({ status, requirements }: Stripe.Capability): CapabilityState => ({
  status,
  requirements: { ...openRequirements(requirements), ...consequences(requirements) },
});

export const personState = ({ verification, requirements }: Stripe.Person): PersonState => ({
  verification: verification?.status ?? null,
  requirements: openRequirements(requirements),
});

export const externalAccountState = (object: Stripe.BankAccount | Stripe.Card): ExternalAccountState => ({
  type: object.object,
  name: (object.object === 'card' ? object.brand : object.bank_name) ?? null,
  last4: object.last4 ?? null,
  country: object.country ?? null,
  currency: object.currency ?? null,
  defaultForCurrency: object.default_for_currency ?? false,
  status: object.status ?? null,
});
