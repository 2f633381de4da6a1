/** `T` with every property optional at any depth; arrays are given whole. */
export type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: DeepPartial<T[K]> }
    : T;

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A copy of `base` with `changes` applied at any depth; arrays are replaced whole. */
export function overridden(base: object, changes: object): object {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const before = result[key];
    result[key] = isPlain(before) && isPlain(value) ? overridden(before, value) : value;
  }
  return result;
}
