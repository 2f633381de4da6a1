import {
  createEvent,
  type EventOptions,
  type FactoryType,
  factoryTypes,
} from '../event-factories/create-event.js';
import {
  createThinEvent,
  type ThinFactoryType,
  thinFactoryTypes,
} from '../event-factories/create-thin-event.js';
import type { DeepPartial } from '../event-factories/overridden.js';
import { stripeId } from '../event-factories/stripe-id.js';
import type { EventOf, EventType, SnapshotEventType } from '../event-handlers/index.js';
import { thinEventTypes } from '../event-handlers/known-event-types.js';

/** What a test may choose about any event. */
export interface EventChoices {
  /** `evt_…`; default: a fresh one. */
  id?: string;
  /** Seconds since 1970; default: now. */
  created?: number;
  /** Default: `false`. */
  livemode?: boolean;
  /** The connected account it belongs to. */
  account?: string;
}

/** What a thin event points to. */
export interface RelatedObject {
  id: string;
  type: string;
  /** Path at Stripe's API, such as `/v2/core/accounts/acct_1`. */
  url: string;
}

type SnapshotChoices<T extends SnapshotEventType> = EventChoices & {
  /** What is different in `data.object`, at any depth; arrays are given whole. */
  object?: DeepPartial<EventOf<T>['data']['object']>;
  /** `data.previous_attributes`. */
  previousAttributes?: DeepPartial<EventOf<T>['data']['object']>;
};

/** What a test may choose about an event of one type. */
export type ChoicesFor<T extends EventType> = T extends FactoryType
  ? EventOptions<T>
  : T extends SnapshotEventType
    ? SnapshotChoices<T>
    : EventChoices & { relatedObject?: RelatedObject };

interface AnyChoices extends EventChoices {
  object?: object;
  previousAttributes?: object;
  relatedObject?: RelatedObject;
}

const isFactoryType = (type: string): type is FactoryType =>
  (factoryTypes as readonly string[]).includes(type);
const isThinFactoryType = (type: string): type is ThinFactoryType =>
  (thinFactoryTypes as readonly string[]).includes(type);
const thinTypes: readonly string[] = thinEventTypes;

/**
 * Makes an event of any type that Stripe has, as Stripe would send it, with fresh ids on each call. For the types in
 * `factoryTypes` its object is complete and realistic; for the others it has only `id`, `object`, `created` and
 * `livemode` beside what you give. Thin events only point to their object.
 *
 * @example anEvent('charge.refunded', { account: 'acct_1', object: { id: 'ch_1', amount_refunded: 500 } })
 */
export function anEvent<T extends EventType>(type: T, choices?: ChoicesFor<T>): EventOf<T> {
  return eventOf(type, choices ?? {}) as EventOf<T>;
}

function eventOf(type: string, choices: AnyChoices): object {
  if (isFactoryType(type)) return createEvent(type, choices);
  return thinTypes.includes(type) ? thinEvent(type, choices) : bareEvent(type, choices);
}

/** The envelope of an event that there is a factory for, around an object of which only the least is known. */
function bareEvent(type: string, { object, previousAttributes, ...choices }: AnyChoices): object {
  const envelope = createEvent('customer.created', choices);
  const { created, livemode } = envelope;
  return {
    ...envelope,
    type,
    data: {
      object: { id: stripeId('obj'), object: subjectOf(type), created, livemode, ...object },
      ...(previousAttributes && { previous_attributes: previousAttributes }),
    },
  };
}

function thinEvent(type: string, { created, relatedObject, ...choices }: AnyChoices): object {
  const options = { ...choices, ...(created !== undefined && { created: new Date(created * 1_000) }) };
  if (isThinFactoryType(type)) {
    const event = createThinEvent(type, options);
    return relatedObject ? { ...event, related_object: relatedObject } : event;
  }
  const [id, subject] = [stripeId('obj'), subjectOf(type)];
  return {
    ...createThinEvent('v1.billing.meter.error_report_triggered', options),
    type,
    related_object: relatedObject ?? { id, type: subject, url: `/${subject.replaceAll('.', '/')}/${id}` },
  };
}

/** What an event is about, as far as its type says: `radar.early_fraud_warning` for `radar.early_fraud_warning.created`. */
const subjectOf = (type: string): string => type.replace(/\.\w+$/, '').replace(/\[.*$/, '');
