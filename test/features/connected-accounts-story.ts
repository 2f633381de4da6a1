import { createHash } from 'node:crypto';
import { createEvent, type FactoryType } from '../../src/event-factories/create-event.js';

export interface StoryEvent {
  id: string;
  type: string;
  created: number;
}

type Fields = Record<string, unknown>;

/** First second of every story. */
const START = 1_700_000_000;

/** The time that a story calls `at`, as the store has it. */
export const storyTime = (at: number): string => new Date((START + at) * 1000).toISOString();

/** Tells what happens to one account in one mode, event by event, with the `previous_attributes` Stripe would send. */
class AccountStory {
  readonly events: StoryEvent[] = [];
  private readonly objects = new Map<string, Fields>();

  constructor(
    private readonly account: string,
    private readonly livemode: boolean,
  ) {}

  /** @param at - seconds since the story began */
  tell(at: number, type: FactoryType, object: Fields = {}): void {
    const previousAttributes: Fields = {};
    const key = type.startsWith('account.updated') ? 'account' : String(object.id);
    const known = this.objects.get(key);
    for (const name of Object.keys(object))
      if (known && name !== 'id') previousAttributes[name] = known[name];
    const current = { ...known, ...object };
    this.objects.set(key, current);
    this.events.push(createEvent(type, { ...this.facts(at), object: current, previousAttributes }));
  }

  /** A type of event that the factories lack; it is told of the object as it is. */
  tellOf(at: number, like: FactoryType, type: string, object: Fields): void {
    const current = { ...this.objects.get(String(object.id)), ...object };
    this.objects.set(String(object.id), current);
    const event = createEvent(like, { ...this.facts(at), object: current });
    this.events.push(Object.assign({ ...event }, { type, data: { object: event.data.object } }));
  }

  private facts(at: number) {
    // Like Stripe's, the ids tell nothing of the order; and they are the same in every run of the test.
    const seed = `${this.account} ${this.livemode} ${this.events.length}`;
    const id = `evt_${createHash('sha256').update(seed).digest('hex').slice(0, 24)}`;
    return { id, created: START + at, account: this.account, livemode: this.livemode };
  }
}

const due = (fields: Fields = {}) => ({
  requirements: { currently_due: [], past_due: [], eventually_due: [], pending_verification: [], ...fields },
});

function liveLife(account: string): StoryEvent[] {
  const story = new AccountStory(account, true);
  const owner = { id: 'person_owner' };
  const [oldBank, newBank] = [
    { id: 'ba_old', status: 'new' },
    { id: 'ba_new', status: 'new' },
  ];
  story.tell(0, 'account.application.authorized');
  story.tell(1, 'account.updated', {
    charges_enabled: false,
    payouts_enabled: false,
    details_submitted: false,
    capabilities: { card_payments: 'inactive', transfers: 'inactive' },
    ...due({ currently_due: ['external_account', 'business_profile.url'] }),
  });
  story.tellOf(2, 'person.updated', 'person.created', {
    ...owner,
    ...due({ currently_due: ['verification.document'] }),
  });
  story.tellOf(2, 'account.external_account.updated', 'account.external_account.created', oldBank);
  story.tell(3, 'account.updated', {
    details_submitted: true,
    ...due({ currently_due: ['business_profile.url'] }),
  });
  story.tell(4, 'capability.updated', { id: 'card_payments', status: 'pending' });
  story.tell(5, 'person.updated', { ...owner, ...due({ pending_verification: ['verification.document'] }) });
  // Three changes in one second.
  story.tell(6, 'account.updated', {
    charges_enabled: true,
    capabilities: { card_payments: 'active', transfers: 'active' },
  });
  story.tell(6, 'account.updated', { payouts_enabled: true });
  story.tell(6, 'account.updated', due());
  story.tell(7, 'capability.updated', { id: 'card_payments', status: 'active' });
  story.tell(8, 'account.application.deauthorized');
  story.tell(20, 'account.application.authorized');
  story.tell(21, 'account.external_account.updated', { ...oldBank, status: 'errored' });
  story.tell(21, 'payout.failed', { id: 'po_1', destination: oldBank.id, failure_code: 'account_closed' });
  story.tellOf(22, 'account.external_account.updated', 'account.external_account.created', newBank);
  story.tellOf(23, 'account.external_account.updated', 'account.external_account.deleted', oldBank);
  story.tellOf(24, 'person.updated', 'person.created', {
    id: 'person_new',
    ...due({ currently_due: ['dob.day'] }),
  });
  // There and back in one second.
  story.tell(25, 'account.updated', { payouts_enabled: false });
  story.tell(25, 'account.updated', { payouts_enabled: true });
  story.tell(26, 'capability.updated', {
    id: 'transfers',
    status: 'inactive',
    ...due({ past_due: ['tos_acceptance.date'] }),
  });
  story.tell(27, 'payout.failed', { id: 'po_2', destination: newBank.id, failure_code: 'no_account' });
  story.tellOf(28, 'person.updated', 'person.deleted', owner);
  return story.events;
}

function testLife(account: string): StoryEvent[] {
  const story = new AccountStory(account, false);
  story.tell(0, 'account.application.authorized');
  story.tell(1, 'account.updated', { charges_enabled: true, payouts_enabled: true });
  story.tell(5, 'account.updated', { payouts_enabled: false, ...due({ past_due: ['tos_acceptance.date'] }) });
  story.tell(9, 'account.application.deauthorized');
  return story.events;
}

/** What happens to one account in both modes, in the order in which it happens. */
export const accountStory = (account: string): StoryEvent[] => [...liveLife(account), ...testLife(account)];

const nothingDue = { currentlyDue: [], pastDue: [], pendingVerification: [] };
const noConsequences = { currentDeadline: null, disabledReason: null };
const bank = {
  type: 'bank_account',
  name: 'STRIPE TEST BANK',
  last4: '6789',
  country: 'US',
  currency: 'usd',
};

/** What must be known of the account in the end: live mode, then test mode. */
export const storyEnd = [
  {
    livemode: true,
    chargesEnabled: true,
    payoutsEnabled: true,
    detailsSubmitted: true,
    requirements: { ...nothingDue, ...noConsequences, eventuallyDue: [] },
    capabilities: [
      { name: 'card_payments', asOf: storyTime(25), status: 'active' },
      {
        name: 'transfers',
        asOf: storyTime(26),
        status: 'inactive',
        requirements: { ...nothingDue, ...noConsequences, pastDue: ['tos_acceptance.date'] },
      },
    ],
    externalAccounts: [
      {
        id: 'ba_new',
        asOf: storyTime(22),
        ...bank,
        defaultForCurrency: true,
        status: 'new',
        failing: true,
        payoutFailure: { payout: 'po_2', code: 'no_account' },
      },
    ],
    persons: [
      {
        id: 'person_new',
        asOf: storyTime(24),
        verification: 'verified',
        requirements: { ...nothingDue, currentlyDue: ['dob.day'] },
      },
    ],
    attention: ['person_requirements', 'capability_inactive', 'external_account_failing'],
    deauthorizedAt: null,
    seenAt: storyTime(28),
  },
  {
    livemode: false,
    chargesEnabled: true,
    payoutsEnabled: false,
    detailsSubmitted: true,
    requirements: { ...nothingDue, ...noConsequences, eventuallyDue: [], pastDue: ['tos_acceptance.date'] },
    capabilities: ['card_payments', 'transfers'].map((name) => ({
      name,
      asOf: storyTime(5),
      status: 'active',
    })),
    externalAccounts: [],
    persons: [],
    attention: [],
    deauthorizedAt: storyTime(9),
    seenAt: storyTime(5),
  },
];
