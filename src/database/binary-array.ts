/**
 * One-dimensional arrays in Postgres' binary format, as parameters for `unnest`. A statement with one array for each
 * column has the same text for any number of rows, so that it can be prepared; and texts go as they are, unescaped.
 *
 * The layout is that of `array_recv` and of each type's own `*recv` in Postgres: it has not changed since 7.4.
 */
const BOOL = 16;
const TEXT = 25;
const TIMESTAMPTZ = 1184;

/** Dimensions, whether there may be nulls, type of the elements, how many, index of the first: 4 bytes each. */
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
/** Instead of a length. */
const NULL = 0xff_ff_ff_ff;

/** Postgres counts microseconds since then. */
const EPOCH_MS = Date.UTC(2000, 0, 1);
/** A time that Postgres refuses; one more would be its infinity. */
const OUT_OF_RANGE = 2n ** 63n - 2n;

/** `text[]`. What is no text to Postgres, such as NUL, is for Postgres to refuse. */
export function textArray(values: readonly (string | null)[]): Buffer {
  const bytes = values.reduce((sum, value) => sum + (value === null ? 0 : Buffer.byteLength(value)), 0);
  const { array, start } = arrayOf(TEXT, values.length, bytes);
  let at = start;
  for (const value of values) {
    const length = value === null ? 0 : array.write(value, at + LENGTH_BYTES);
    at = array.writeUInt32BE(value === null ? NULL : length, at) + length;
  }
  return array;
}

/** `timestamptz[]`. An invalid date, too, is for Postgres to refuse: it must not fail its neighbours in a group. */
export function timeArray(values: readonly Date[]): Buffer {
  const { array, start } = arrayOf(TIMESTAMPTZ, values.length, 8 * values.length);
  let at = start;
  for (const value of values) {
    const ms = value.getTime() - EPOCH_MS;
    const time = Number.isNaN(ms) ? OUT_OF_RANGE : BigInt(ms) * 1_000n;
    at = array.writeBigInt64BE(time, array.writeUInt32BE(8, at));
  }
  return array;
}

/** `boolean[]` */
export function booleanArray(values: readonly boolean[]): Buffer {
  const { array, start } = arrayOf(BOOL, values.length, values.length);
  let at = start;
  for (const value of values) at = array.writeUInt8(value ? 1 : 0, array.writeUInt32BE(1, at));
  return array;
}

/** Room for elements of so many bytes in all, and where the first of them goes. */
function arrayOf(type: number, length: number, bytes: number): { array: Buffer; start: number } {
  const array = Buffer.allocUnsafe(HEADER_BYTES + LENGTH_BYTES * length + bytes);
  let start = 0;
  for (const field of [1, 1, type, length, 1]) start = array.writeUInt32BE(field, start);
  return { array, start };
}
