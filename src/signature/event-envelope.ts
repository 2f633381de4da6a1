import { Problem } from '../http/problem.js';
import { relatedIds } from './related-ids.js';

/** What Turnpike reads from an event before storing it; the rest stays text. */
export interface EventEnvelope {
  id: string;
  /** `snapshot`: carries its object. `thin`: points to it. */
  kind: 'snapshot' | 'thin';
  created: Date;
  type: string;
  livemode: boolean;
  source: 'direct' | 'connect' | 'issuing';
  account: string | null;
  context: string | null;
  apiVersion: string | null;
  objectId: string | null;
  objectType: string | null;
  /** Ids of other objects in its data, by which it can be found. */
  relatedIds: string[];
  /** The body as Stripe sent it. */
  payload: string;
}

type Json = Record<string, unknown>;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const ID = /^[A-Za-z0-9_]{1,255}$/;
const TYPE = /^[\w.[\]-]{1,255}$/;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
/** Postgres refuses later years, and no real event has them. */
const LATEST = Date.UTC(9999, 0, 1);

/**
 * Reads the envelope of a verified event.
 *
 * @param body - exact bytes whose signature was good
 * @throws Problem 400 `payload_not_json` or `payload_not_an_event`, saying which member is wrong
 */
export function parseEnvelope(body: Buffer): EventEnvelope {
  const payload = decode(body);
  const event = parse(payload);
  const kind = kindOf(event);
  const { id, type, livemode } = event;
  if (typeof id !== 'string' || !ID.test(id)) throw notAnEvent('id', 'must be 1 to 255 of A-Z a-z 0-9 _');
  if (typeof type !== 'string' || !TYPE.test(type)) throw notAnEvent('type', 'must be an event name');
  if (typeof livemode !== 'boolean') throw notAnEvent('livemode', 'must be true or false');
  const context = textOrNull(event.context);
  // A thin event has no `account`; its `context` names the connected account it belongs to.
  const account = accountOf(event) ?? (kind === 'thin' && context?.startsWith('acct_') ? context : null);
  const object = objectOf(event, kind);
  const objectId = textOrNull(object.id);
  return {
    id,
    kind,
    created: createdOf(event, kind),
    type,
    livemode,
    source: account === null ? 'direct' : 'connect',
    account,
    context,
    apiVersion: textOrNull(event.api_version),
    objectId,
    objectType: textOrNull(kind === 'thin' ? object.type : object.object),
    relatedIds: relatedIds(dataOf(event, kind), [id, account, objectId]),
    payload,
  };
}

function decode(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch (cause) {
    throw new Problem(400, 'payload_not_json', 'The signed body is not UTF-8 text.', { cause });
  }
}

function parse(payload: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    // The parser's message quotes the payload, so it is not passed on.
    throw new Problem(400, 'payload_not_json', 'The signed body is not JSON.');
  }
  if (!isObject(value))
    throw new Problem(400, 'payload_not_an_event', 'The signed body is not a JSON object.');
  return value;
}

function kindOf(event: Json): EventEnvelope['kind'] {
  if (event.object === 'event') return 'snapshot';
  if (event.object === 'v2.core.event') return 'thin';
  throw notAnEvent('object', 'must be "event" or "v2.core.event"');
}

/** Seconds since 1970 in a snapshot event, an ISO 8601 time in a thin one: never a time in some local zone. */
function createdOf({ created }: Json, kind: EventEnvelope['kind']): Date {
  let time = Number.NaN;
  if (kind === 'snapshot' && Number.isInteger(created)) time = (created as number) * 1000;
  if (kind === 'thin' && typeof created === 'string' && ISO_TIME.test(created)) time = Date.parse(created);
  if (!(time >= 0 && time < LATEST)) throw notAnEvent('created', 'must be a time');
  return new Date(time);
}

/** Absent or empty in the platform's own events. What is there but unusable must not pass for that. */
function accountOf({ account }: Json): string | null {
  if (account === undefined || account === null || account === '') return null;
  if (typeof account !== 'string' || !ID.test(account)) throw notAnEvent('account', 'must be an id');
  return account;
}

function objectOf(event: Json, kind: EventEnvelope['kind']): Json {
  if (kind === 'thin') return isObject(event.related_object) ? event.related_object : {};
  const object = isObject(event.data) ? event.data.object : undefined;
  return isObject(object) ? object : {};
}

/** Where ids of other objects are: an object that was detached from its customer names it in what it was before. */
function dataOf({ data }: Json, kind: EventEnvelope['kind']): unknown[] {
  if (!isObject(data)) return [];
  return kind === 'thin' ? [data] : [data.object, data.previous_attributes];
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Postgres text cannot hold NUL, which JSON can smuggle in as an escape; no id of Stripe's has one. */
const textOrNull = (value: unknown): string | null =>
  typeof value === 'string' && value.length > 0 && value.length <= 255 && !value.includes('\0')
    ? value
    : null;

const notAnEvent = (member: string, rule: string): Problem =>
  new Problem(400, 'payload_not_an_event', `The signed body is no Stripe event: \`${member}\` ${rule}.`);
