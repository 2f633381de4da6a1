import { isDeleted } from './account-change.js';
import type { AccountState, CapabilityState, ExternalAccountState, PersonState } from './account-states.js';
import {
  type AccountRequirements,
  type Attention,
  attentions,
  type CapabilityView,
  type ExternalAccountView,
  type OpenRequirements,
  type PayoutFailure,
  type PersonView,
} from './account-views.js';

/** The newest state of a part, and the event that told it. */
export interface PartState<S extends object = object> {
  state: S;
  /** ISO time of the event. */
  asOf: string;
  eventId: string;
}

/** By name of the part. */
export type AccountParts = Record<string, PartState>;

/** Everything that follows from the parts of an account. */
export interface AccountSummary {
  chargesEnabled: boolean | null;
  payoutsEnabled: boolean | null;
  detailsSubmitted: boolean | null;
  requirements: AccountRequirements | null;
  capabilities: CapabilityView[];
  externalAccounts: ExternalAccountView[];
  persons: PersonView[];
  attention: Attention[];
}

export function summaryOf(parts: AccountParts, connected: boolean): AccountSummary {
  const account = parts.account as PartState<AccountState> | undefined;
  const summary = {
    chargesEnabled: account?.state.chargesEnabled ?? null,
    payoutsEnabled: account?.state.payoutsEnabled ?? null,
    detailsSubmitted: account?.state.detailsSubmitted ?? null,
    requirements: account?.state.requirements ?? null,
    capabilities: capabilitiesOf(parts, account),
    externalAccounts: externalAccountsOf(parts),
    persons: [...partsOf<PersonState>(parts, 'person')]
      .filter(([, { state }]) => isOpen(state.requirements))
      .map(([id, { state, asOf }]) => ({ id, asOf, ...state })),
  };
  return { ...summary, attention: connected ? attentionOf(summary) : [] };
}

/** What belongs to an account and was not deleted, by id. */
function partsOf<S extends object>(parts: AccountParts, kind: string): Map<string, PartState<S>> {
  const own = Object.entries(parts)
    .filter(([name, { state }]) => name.startsWith(`${kind}:`) && !isDeleted(state))
    .map(([name, part]): [string, PartState<S>] => [name.slice(kind.length + 1), part as PartState<S>]);
  return new Map(own.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Both the account and the capability itself tell a capability's status: the newer one counts. */
function capabilitiesOf(parts: AccountParts, account?: PartState<AccountState>): CapabilityView[] {
  const own = partsOf<CapabilityState>(parts, 'capability');
  const names = new Set([...Object.keys(account?.state.capabilities ?? {}), ...own.keys()]);
  return [...names].toSorted().flatMap((name): CapabilityView[] => {
    const part = own.get(name);
    const status = account?.state.capabilities[name];
    if (part && (status === undefined || !account || part.asOf >= account.asOf)) {
      return [{ name, asOf: part.asOf, ...part.state }];
    }
    return account && status !== undefined ? [{ name, asOf: account.asOf, status }] : [];
  });
}

/** Statuses with which Stripe pays nothing out to an external account. */
const FAILING = new Set(['errored', 'verification_failed', 'tokenized_account_number_deactivated']);

const unknownExternalAccount = {
  type: null,
  name: null,
  last4: null,
  country: null,
  currency: null,
  defaultForCurrency: null,
  status: null,
};

/** After a failed payout an external account gets no more of them until it is updated. */
function externalAccountsOf(parts: AccountParts): ExternalAccountView[] {
  const own = partsOf<ExternalAccountState>(parts, 'external_account');
  const failures = partsOf<PayoutFailure>(parts, 'payout');
  const deleted = (id: string) => !own.has(id) && parts[`external_account:${id}`] !== undefined;
  const ids = [...new Set([...own.keys(), ...failures.keys()])].filter((id) => !deleted(id));
  return ids.toSorted().map((id) => {
    const part = own.get(id);
    const failure = failures.get(id);
    const broken = FAILING.has(part?.state.status ?? '');
    const stillFailed = failure !== undefined && (!part || broken || failure.asOf >= part.asOf);
    return {
      id,
      asOf: part?.asOf ?? failure?.asOf ?? '',
      ...(part?.state ?? unknownExternalAccount),
      failing: broken || stillFailed,
      payoutFailure: stillFailed ? failure.state : null,
    };
  });
}

const isOpen = ({ currentlyDue, pastDue }: OpenRequirements): boolean =>
  currentlyDue.length + pastDue.length > 0;

function attentionOf(account: Omit<AccountSummary, 'attention'>): Attention[] {
  const { requirements, capabilities, externalAccounts, persons } = account;
  const reasons: Record<Attention, boolean> = {
    charges_disabled: account.chargesEnabled === false,
    payouts_disabled: account.payoutsEnabled === false,
    requirements_past_due: (requirements?.pastDue.length ?? 0) > 0,
    requirements_currently_due: (requirements?.currentlyDue.length ?? 0) > 0,
    person_requirements: persons.length > 0,
    capability_inactive: capabilities.some(({ status }) => status === 'inactive'),
    external_account_failing: externalAccounts.some(({ failing }) => failing),
  };
  return attentions.filter((reason) => reasons[reason]);
}
