import { readFileSync } from 'node:fs';
import { createEvent, factoryTypes } from '../../event-factories/create-event.js';
import { createThinEvent, thinFactoryTypes } from '../../event-factories/create-thin-event.js';
import { CliError, exitCodes } from '../cli-error.js';
import { nearestNames } from '../nearest-names.js';

/** Where the events to send come from. */
export interface EventSource {
  readonly type: string;
  /** `undefined` for the platform's own events. */
  readonly account: string | undefined;
  next(): { readonly id: string; readonly body: Buffer };
}

interface EventChoices {
  readonly account?: string | undefined;
  readonly livemode?: boolean | undefined;
}

/** Every type that can be sent without a file. */
export const knownTypes: readonly string[] = [...factoryTypes, ...thinFactoryTypes];

/** Fresh events of one type, from the factories. */
export function generatedEvents(type: string, choices: EventChoices): EventSource {
  const create = factoryOf(type);
  const next = () => {
    const event = create(choices);
    return { id: event.id, body: Buffer.from(JSON.stringify(event, null, 2)) };
  };
  return { type, account: choices.account, next };
}

function factoryOf(type: string): (choices: EventChoices) => { id: string } {
  const snapshot = factoryTypes.find((known) => known === type);
  if (snapshot) return (choices) => createEvent(snapshot, choices);
  const thin = thinFactoryTypes.find((known) => known === type);
  if (thin) return (choices) => createThinEvent(thin, choices);
  throw new CliError(
    `unknown event type ${type}\n` +
      `Did you mean ${nearestNames(type, knownTypes).join(', ')}?\n` +
      'Any other event can be sent from a file: npx turnpike send --file event.json',
    exitCodes.usage,
  );
}

/** The exact bytes of a file, again and again. They are looked at but never changed, and may be anything. */
export function eventsFromFile(path: string): EventSource {
  const body = contentOf(path);
  const { id = '(no id)', type = '(no type)', account } = textFields(body);
  return { type, account, next: () => ({ id, body }) };
}

function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new CliError(`cannot read --file: ${(cause as Error).message}`, exitCodes.usage, { cause });
  }
}

function textFields(body: Buffer): { id?: string; type?: string; account?: string } {
  try {
    const parsed: unknown = JSON.parse(body.toString());
    return Object.fromEntries(
      Object.entries(Object(parsed)).filter(([, value]) => typeof value === 'string'),
    );
  } catch {
    return {};
  }
}
