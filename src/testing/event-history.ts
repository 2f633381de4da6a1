import type { EventOf, EventType } from '../event-handlers/index.js';
import { anEvent, type ChoicesFor, type EventChoices } from './an-event.js';

/** What the events of a history have in common. */
export interface HistoryOptions extends Pick<EventChoices, 'account' | 'livemode'> {
  /** `created` of the first event, in seconds since 1970; default: one hour ago. */
  startsAt?: number;
  /** From one event to the next, in seconds; default: 1. With 0, all happen in the same second. */
  step?: number;
}

/**
 * What happens to something over time: each event was created after the one before.
 *
 * @example
 * const history = new EventHistory({ account: 'acct_1' });
 * history.add('payout.created', { object: { id: 'po_1' } });
 * history.add('payout.paid', { object: { id: 'po_1' } });
 * await turnpike.deliver(history.events);
 */
export class EventHistory {
  /** Oldest first. */
  readonly events: EventOf<EventType>[] = [];
  private next: number;

  constructor(private readonly options: HistoryOptions = {}) {
    this.next = options.startsAt ?? Math.floor(Date.now() / 1_000) - 3_600;
  }

  /** What happens next. Whatever `choices` says goes before what the events have in common. */
  add<T extends EventType>(type: T, choices?: ChoicesFor<T>): EventOf<T> {
    const { account, livemode, step = 1 } = this.options;
    const facts: EventChoices = {
      created: this.next,
      ...(account !== undefined && { account }),
      ...(livemode !== undefined && { livemode }),
    };
    const event = anEvent(type, { ...facts, ...choices } as ChoicesFor<T>);
    this.next += step;
    this.events.push(event);
    return event;
  }
}
