/** What one event says of one part of an account: its state before, where Stripe tells it, and after. */
export interface AccountChange {
  /** `account`, `connection`, or `person:person_1` and the like. */
  part: string;
  before: object | null;
  after: object;
}

/** The state of what was deleted. Its id never comes back. */
export const DELETED = { deleted: true } as const;

export const isDeleted = (state: object): boolean => 'deleted' in state;

interface EventData<T> {
  object: T;
  previous_attributes?: object;
}

/** An update: `previous_attributes` lead back to the state before it. */
export const updated = <T extends object>(
  part: string,
  { object, previous_attributes: previous = {} }: EventData<T>,
  keep: (object: T) => object,
): AccountChange => ({ part, before: keep(overlaid(object, previous)), after: keep(object) });

/** `object` with the values of `changes`, which has other objects for its objects, and whole lists. */
function overlaid<T extends object>(object: T, changes: object): T {
  const result = { ...object } as Record<string, unknown>;
  for (const [name, value] of Object.entries(changes) as [string, unknown][]) {
    const current = result[name];
    result[name] = isRecord(value) && isRecord(current) ? overlaid(current, value) : value;
  }
  return result as T;
}

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
