import { snapshotEventTypes, thinEventTypes } from '../../event-handlers/known-event-types.js';
import { CliError, exitCodes } from '../cli-error.js';
import { nearestNames } from '../nearest-names.js';
import type { EventObject, ObjectKey } from './event-object.js';
import { eventObjects } from './event-objects.js';
import { checkFeatureName, pascalCase, snakeCase } from './feature-name.js';
import { columnOf, type RecordColumn, sharedFields } from './record-columns.js';

/** What is asked for. */
export interface FeatureRequest {
  readonly name: string;
  /** Event types, one at least. */
  readonly on: readonly string[];
  readonly source?: 'direct' | 'connect';
}

/** Everything that the templates need to know. */
export interface Blueprint {
  /** `tax-forms` */
  readonly name: string;
  /** `TaxForms` */
  readonly prefix: string;
  /** `tax_forms_record` */
  readonly table: string;
  /** Of the migration, in milliseconds since 1970. */
  readonly timestamp: number;
  readonly types: readonly string[];
  readonly source?: 'direct' | 'connect' | undefined;
  readonly key: ObjectKey;
  readonly columns: readonly RecordColumn[];
  /** Whether some events tell that the object is deleted, and others not. */
  readonly tellsDeleted: boolean;
}

/** @throws CliError when the name or an event type is no good, or the types do not go together */
export function blueprintOf({ name, on, source }: FeatureRequest, timestamp: number): Blueprint {
  checkFeatureName(name);
  const types = [...new Set(on)];
  if (types.length === 0) throw usageError('name what it is about: --on charge.refunded');
  const objects = types.map(objectOf);
  return {
    name,
    prefix: pascalCase(name),
    table: `${snakeCase(name)}_record`,
    timestamp,
    types,
    source,
    key: sharedKey(types, objects),
    columns: sharedFields(objects.map(({ fields }) => fields)).map(columnOf),
    tellsDeleted: new Set(types.map(isDeletion)).size > 1,
  };
}

export const isDeletion = (type: string): boolean => type.endsWith('.deleted');

const usageError = (message: string) => new CliError(message, exitCodes.usage);

const knownTypes: readonly string[] = [...snapshotEventTypes, ...thinEventTypes];

/** @throws CliError when there is no such event type */
export function objectOf(type: string): EventObject {
  const found = eventObjects.find(({ types }) => types.includes(type));
  if (found) return found;
  throw usageError(
    `unknown event type ${type}\nDid you mean ${nearestNames(type, knownTypes).join(', ')}?\n` +
      `All ${knownTypes.length} of them: src/event-handlers/known-event-types.ts`,
  );
}

function sharedKey(types: readonly string[], objects: readonly EventObject[]): ObjectKey {
  const [first] = objects;
  const other = objects.findIndex(({ key }) => key !== first?.key);
  if (first && other === -1) return first.key;
  throw usageError(
    `${types[0]} and ${types[other]} do not go into one table: what they are about is not told apart in the same way.\n` +
      'Make a feature of each, or add the second handler by hand: see docs/extending.md',
  );
}
