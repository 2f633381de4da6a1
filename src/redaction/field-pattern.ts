/** Names of members on the way to a value, from the outermost; lists do not count. */
export type FieldPath = readonly string[];

/** Whether the last members of a path are those that a pattern names. */
export type FieldMatch = (path: FieldPath) => boolean;

/**
 * Whether a value is meant by one of these patterns. A pattern is the name of a member, or the last few names of its
 * path, with dots; `*` stands for any part of one name.
 *
 * @example fieldMatch(['card.last4', '*_email'])(['data', 'object', 'receipt_email']) // true
 */
export function fieldMatch(patterns: readonly string[]): FieldMatch {
  const wanted = patterns.map((pattern) => pattern.split('.').map(nameMatch).toReversed());
  // A document has few names, each many times.
  const byName = new Map<string, RegExp[][]>();
  const endingWith = (name: string) => {
    const known = byName.get(name);
    if (known) return known;
    const found = wanted.filter(([last]) => last?.test(name));
    if (byName.size < MOST_NAMES) byName.set(name, found);
    return found;
  };
  return (path) =>
    endingWith(path.at(-1) ?? '').some(
      (names) =>
        names.length <= path.length &&
        names.every((name, back) => name.test(path[path.length - 1 - back] ?? '')),
    );
}

/** Names come from outside. */
const MOST_NAMES = 10_000;

const nameMatch = (glob: string): RegExp => new RegExp(`^${glob.replaceAll('*', '.*')}$`, 's');
