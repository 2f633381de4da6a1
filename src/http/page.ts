/**
 * One page of a list, for which one row more than the page was asked for: it tells whether there is a next page.
 *
 * @param cursor - where the next page begins, after this row
 * @example pageOf(await this.list({ ...filter, limit: limit + 1 }), limit, ({ id }) => id)
 */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  cursor: (last: T) => string,
): { data: T[]; next: string | null } {
  const data = rows.slice(0, limit);
  const last = rows.length > limit ? data.at(-1) : undefined;
  return { data, next: last === undefined ? null : cursor(last) };
}
