// Writes src/cli/scaffold/event-objects.ts from the types of the installed Stripe SDK: what `turnpike new feature` knows
// of the object of each event. Run it after an upgrade of `stripe`: `npm run generate:event-types`.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const target = path.join(root, 'src/cli/scaffold/event-objects.ts');

/** What a table may say of an object at a glance: no free text, so nothing about a person. */
const plainFields = [
  'status',
  'amount',
  'amount_refunded',
  'amount_received',
  'amount_due',
  'amount_paid',
  'currency',
  'customer',
  'active',
  'charges_enabled',
  'payouts_enabled',
  'cancel_at_period_end',
];

/** The compiler's view of every event; the file exists in its memory only. */
function eventTypes() {
  const file = path.join(root, 'src/every-event.ts');
  const source = `import type { EventOf, SnapshotEventType, ThinEventType } from './event-handlers/event-types.js';
    export declare const snapshot: { [T in SnapshotEventType]: EventOf<T>['data']['object'] };
    export declare const thin: { [T in ThinEventType]: EventOf<T> };`;
  const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), (name) => ts.sys.readFile(name));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const onDisk = { ...host };
  host.fileExists = (name) => name === file || onDisk.fileExists(name);
  host.readFile = (name) => (name === file ? source : onDisk.readFile(name));
  host.getSourceFile = (name, languageVersion, ...rest) =>
    name === file
      ? ts.createSourceFile(name, source, languageVersion)
      : onDisk.getSourceFile(name, languageVersion, ...rest);
  const program = ts.createProgram([file], { ...options, noEmit: true }, host);
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file));
  const typesOf = (name) => {
    const symbol = checker.getExportsOfModule(module).find((one) => one.name === name);
    return checker
      .getPropertiesOfType(checker.getTypeOfSymbol(symbol))
      .map((property) => [property.name, checker.getTypeOfSymbol(property)]);
  };
  return { checker, snapshot: typesOf('snapshot'), thin: typesOf('thin') };
}

const { checker, snapshot, thin } = eventTypes();

function field(type, name) {
  const symbol = checker.getPropertyOfType(type, name);
  if (!symbol) return undefined;
  const parts = unionOf(checker.getTypeOfSymbol(symbol));
  const absent = (part) => (part.flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined)) !== 0;
  const given = parts.filter((part) => !absent(part));
  const all = (flags) => given.length > 0 && given.every((part) => isLike(part, flags));
  return { all, nullable: given.length < parts.length };
}

/** An open set of names is `'paid' | … | (string & {})`. */
const isLike = (type, flags) =>
  (type.flags & flags) !== 0 || (type.isIntersection() && type.types.some((part) => isLike(part, flags)));

const unionOf = (type) => (type.isUnion() ? type.types : [type]);

/** `text`, `number`, `boolean` or `reference`, which is an id or the whole object; with `?` where it may be missing. */
function kindOf(type, name) {
  const found = field(type, name);
  if (!found) return undefined;
  const { all, nullable } = found;
  const mark = nullable ? '?' : '';
  if (name === 'customer') return 'reference';
  if (all(ts.TypeFlags.StringLike)) return `text${mark}`;
  if (all(ts.TypeFlags.NumberLike)) return `number${mark}`;
  return all(ts.TypeFlags.BooleanLike) ? `boolean${mark}` : undefined;
}

function objectOf(type) {
  const has = (name) => field(type, name) !== undefined;
  const key = ['id', 'customer'].find(has) ?? 'object';
  const fields = plainFields
    .filter((name) => name !== key)
    .map((name) => [name, kindOf(type, name)])
    .filter(([, kind]) => kind !== undefined);
  return { key, fields: Object.fromEntries(fields), status: anyStatusOf(type) };
}

/** One of the names that a status can be. */
function anyStatusOf(type) {
  const status = checker.getPropertyOfType(type, 'status');
  return status && unionOf(checker.getTypeOfSymbol(status)).find((part) => part.isStringLiteral())?.value;
}

function thinObjectOf(type) {
  const related = checker.getPropertyOfType(type, 'related_object');
  if (!related) return { key: 'event', fields: {} };
  const pointer = checker.getTypeOfSymbol(related);
  return { key: checker.getPropertyOfType(pointer, 'id') ? 'related' : 'kind', fields: {} };
}

const groups = new Map();
const found = [
  ...snapshot.map(([name, type]) => [name, objectOf(type)]),
  ...thin.map(([name, type]) => [name, thinObjectOf(type)]),
];
for (const [name, object] of found.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
  const same = JSON.stringify(object);
  groups.set(same, { ...object, types: [...(groups.get(same)?.types ?? []), name] });
}

const text = `// Generated by scripts/generate-event-objects.mjs from the Stripe SDK; do not edit.
import type { EventObject } from './event-object.js';

export const eventObjects: readonly EventObject[] = ${JSON.stringify([...groups.values()])};
`;
const style = await resolveConfig(target);
writeFileSync(target, await format(text, { ...style, filepath: target }));
