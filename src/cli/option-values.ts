import { InvalidArgumentError } from 'commander';

/** Parser for an option that takes a whole number, 1 or more. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('It must be a whole number, 1 or more.');
}

/** Parser for an option that takes a number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}

/** Parser for an option that may be repeated. */
export const repeated = (value: string, earlier: string[] = []): string[] => [...earlier, value];

const unitSeconds = { m: 60, h: 3_600, d: 86_400 } as const;
const ISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

/** Parser for a point in time: `2026-11-21`, `2026-11-21T10:00:00Z`, or that long ago: `30m`, `24h`, `7d`. */
export const pastTime = (text: string): string => pointInTime(text, -1);

/** Parser for a point in time: `2027-01-31`, `2027-01-31T10:00:00Z`, or that long from now: `30m`, `24h`, `90d`. */
export const futureTime = (text: string): string => pointInTime(text, 1);

/** `NaN` where there is no such instant; `Date` alone takes 30 February for 2 March. */
function instant(text: string): number {
  const day = text.slice(0, 10);
  if (!ISO.test(text) || Number.isNaN(Date.parse(text))) return NaN;
  return new Date(day).toISOString().startsWith(day) ? Date.parse(text) : NaN;
}

function pointInTime(text: string, direction: 1 | -1): string {
  const [, amount, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const at = unit
    ? Date.now() + direction * Number(amount) * unitSeconds[unit as keyof typeof unitSeconds] * 1_000
    : instant(text);
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  throw new InvalidArgumentError('It must be like 2026-11-21, 2026-11-21T10:00:00Z, 30m, 24h or 7d.');
}
