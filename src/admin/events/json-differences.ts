/** A place in a JSON document whose value is another one now. */
export interface Difference {
  /** `items.data[0].quantity` */
  path: string;
  /** Absent where there was nothing. */
  from?: unknown;
  /** Absent where there is nothing any more. */
  to?: unknown;
}

interface Differences {
  changes: Difference[];
  /** Whether there are more than those. */
  more: boolean;
}

const MOST_CHANGES = 100;
/** Levels below which a change is told for the whole value. */
const MOST_LEVELS = 12;
const LONGEST_TEXT = 500;
const SHOWN_LEVELS = 4;
const SHOWN_ENTRIES = 20;
/** Values that are compared or shown at most: documents come from outside. */
const MOST_VALUES = 200_000;

/**
 * What is different in a later version of a JSON document. Values are shortened where they are long or deep.
 *
 * @example differences({ status: 'open' }, { status: 'paid' }) // { changes: [{ path: 'status', from: 'open', to: 'paid' }], more: false }
 */
export function differences(before: unknown, after: unknown): Differences {
  const changes: Difference[] = [];
  const open = [{ path: '', before, after, level: 0 }];
  for (let values = 0; open.length > 0; values++) {
    if (changes.length === MOST_CHANGES || values === MOST_VALUES) return { changes, more: true };
    const pair = open.pop();
    if (!pair) break;
    const { path, level } = pair;
    if (isBranch(pair.before) && isBranch(pair.after) && sameKind(pair.before, pair.after)) {
      if (level < MOST_LEVELS) open.push(...entriesOf(path, pair.before, pair.after, level + 1).toReversed());
      else if (!areEqual(pair.before, pair.after)) changes.push({ path, from: '…', to: '…' });
    } else if (!Object.is(pair.before, pair.after)) {
      changes.push({
        path,
        ...(pair.before !== undefined && { from: shown(pair.before) }),
        ...(pair.after !== undefined && { to: shown(pair.after) }),
      });
    }
  }
  return { changes, more: false };
}

type Branch = Record<string, unknown>;

const isBranch = (value: unknown): value is Branch => typeof value === 'object' && value !== null;

const sameKind = (a: Branch, b: Branch): boolean => Array.isArray(a) === Array.isArray(b);

function entriesOf(path: string, before: Branch, after: Branch, level: number) {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].map((name) => ({
    path: below(path, name, Array.isArray(after)),
    before: own(before, name),
    after: own(after, name),
    level,
  }));
}

/** `constructor` and the like are no members of a document. */
const own = (value: Branch, name: string): unknown => (Object.hasOwn(value, name) ? value[name] : undefined);

function below(path: string, name: string, isList: boolean): string {
  if (isList) return `${path}[${name}]`;
  if (!/^\w{1,100}$/.test(name)) return `${path}[${JSON.stringify(name.slice(0, LONGEST_TEXT))}]`;
  return path ? `${path}.${name}` : name;
}

/** Without recursion: a document may be nested deeper than the stack. */
function areEqual(before: unknown, after: unknown): boolean {
  const open: [unknown, unknown][] = [[before, after]];
  for (let values = 0; values < MOST_VALUES; values++) {
    const pair = open.pop();
    if (!pair) return true;
    const [a, b] = pair;
    if (!isBranch(a) || !isBranch(b)) {
      if (!Object.is(a, b)) return false;
      continue;
    }
    const names = Object.keys(a);
    if (!sameKind(a, b) || names.length !== Object.keys(b).length) return false;
    for (const name of names) open.push([a[name], own(b, name)]);
  }
  return false;
}

function shown(value: unknown, level = 0): unknown {
  if (typeof value === 'string') {
    return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
  }
  if (!isBranch(value)) return value;
  if (level === SHOWN_LEVELS) return '…';
  const entries = Object.entries(value);
  const some = entries
    .slice(0, SHOWN_ENTRIES)
    .map(([name, entry]) => [name, shown(entry, level + 1)] as const);
  if (Array.isArray(value))
    return [...some.map(([, entry]) => entry), ...(entries.length > SHOWN_ENTRIES ? ['…'] : [])];
  return Object.fromEntries([...some, ...(entries.length > SHOWN_ENTRIES ? [['…', '…'] as const] : [])]);
}
