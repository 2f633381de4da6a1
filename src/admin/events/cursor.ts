import type { Position } from '../../event-store/event-search.js';
import { Problem } from '../../http/problem.js';

/** The order of a list, which its cursors belong to. */
export type CursorOrder = 'created' | 'received' | 'timeline';

const CURSOR = /^(created|received|timeline) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})(\d{3})Z (\w{1,255})$/;

/** What a client passes back to go on. */
export const cursorOf = (order: CursorOrder, { at, id }: Position & { at: string }): string =>
  Buffer.from(`${order} ${at} ${id}`).toString('base64url');

/** @throws Problem 400 `query_invalid` when it is none, or one of another list */
export function positionOf(order: CursorOrder, cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  const [, of, time = '', micros = '', id = ''] =
    CURSOR.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (of === order && isTime(time)) return { at: `${time}${micros}Z`, id };
  throw new Problem(400, 'query_invalid', 'The query has wrong parameters: see `errors`.', {
    extra: {
      errors: [
        { field: 'after', problems: ['after must be the `next` of the page before, of the same list'] },
      ],
    },
  });
}

/** Also refuses days such as the 30th of February, which `Date` turns into others. */
function isTime(text: string): boolean {
  const time = new Date(`${text}Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text) && !text.startsWith('0000');
}
