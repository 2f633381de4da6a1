/** Most ids that are kept of one event. */
const MOST_IDS = 20;
/** Values of the object itself, of what it contains, and of what that contains. */
const MOST_LEVELS = 3;
/** An invoice of a thousand lines must not hold up its storing. */
const MOST_VALUES = 400;

const SHORTEST = 9;
const LONGEST_PREFIX = 12;
const ID = /^[a-z]{2,12}_[A-Za-z0-9_]{6,100}$/;
/** What tells an id from a word such as `requires_payment_method`. */
const RANDOM_PART = /[A-Z0-9]/;
const SECRET = /_secret_|^(?:whsec|[srpe]k)_/;
/** The same in nearly every event, or the platform's own texts, or secret. */
const LEFT_OUT = /^(?:metadata|application|payment_method_configuration_details)$|secret|token/;

/**
 * The ids of other Stripe objects in the data of an event, those nearest to the top first. Secrets, which look much
 * alike, are not among them.
 *
 * @param roots - objects to search
 * @param known - ids that are kept in columns of their own
 * @example relatedIds([{ customer: 'cus_Q1w2E3r4', status: 'requires_capture' }], []) // ['cus_Q1w2E3r4']
 */
export function relatedIds(roots: readonly unknown[], known: readonly (string | null)[]): string[] {
  const found = new Set<string>();
  let level = roots.filter(isBranch);
  let values = 0;
  for (let depth = 1; depth <= MOST_LEVELS; depth++) {
    const below: Branch[] = [];
    for (const parent of level) {
      // Without the pairs that `Object.entries` makes: this runs for every event before it is stored.
      for (const name of Object.keys(parent)) {
        const value = parent[name];
        if (++values > MOST_VALUES) return [...found];
        if (typeof value === 'string') {
          if (isId(value) && !LEFT_OUT.test(name) && !known.includes(value)) found.add(value);
          if (found.size === MOST_IDS) return [...found];
        } else if (depth < MOST_LEVELS && isBranch(value) && !LEFT_OUT.test(name)) below.push(value);
      }
    }
    level = below;
  }
  return [...found];
}

type Branch = Record<string, unknown>;

const isBranch = (value: unknown): value is Branch => typeof value === 'object' && value !== null;

/** The first two conditions sort out most texts without a search. */
const isId = (value: string): boolean =>
  value.length >= SHORTEST &&
  value.lastIndexOf('_', LONGEST_PREFIX) > 1 &&
  ID.test(value) &&
  RANDOM_PART.test(value) &&
  !SECRET.test(value);
