/** How a plain field of an object is kept: a `reference` is an id or the whole object, and `?` means it may be missing. */
export type FieldKind = 'text' | 'text?' | 'number' | 'number?' | 'boolean' | 'boolean?' | 'reference';

/**
 * What tells one object from another:
 * `id`: its id; `customer`: its customer, of whom it is the only one; `object`: its kind, as an account has only one.
 * Thin events: `related`: the id of what it points to; `kind`: the kind of that, as an account has only one;
 * `event`: it points to nothing, so each event stands for itself.
 */
export type ObjectKey = 'id' | 'customer' | 'object' | 'related' | 'kind' | 'event';

/** What the objects of some event types have in common. */
export interface EventObject {
  readonly types: readonly string[];
  readonly key: ObjectKey;
  readonly fields: Readonly<Record<string, FieldKind>>;
  /** One of the names that `status` can be, where they are known. */
  readonly status?: string;
}
