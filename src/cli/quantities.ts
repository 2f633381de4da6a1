/** A number of things: `1 event`, `12,345 events`. */
export const counted = (n: number, noun: string): string =>
  `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`;

/** The counts that are not 0, as `3 dead, 1 pending`; `–` when all are. */
export const tally = (counts: Readonly<Partial<Record<string, number>>>): string =>
  Object.entries(counts)
    .filter(([, n = 0]) => n > 0)
    .map(([name, n = 0]) => `${n.toLocaleString('en-US')} ${name}`)
    .join(', ') || '–';

/** A duration in two units at most: `45 s`, `2 min 5 s`, `3 h 12 min`, `4 d 2 h`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const units: [size: number, name: string][] = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];
  const first = units.findIndex(([size]) => whole >= size);
  if (first === -1) return '0 s';
  const parts = units.slice(first, first + 2).map(([size, name], index) => {
    const n = index === 0 ? Math.floor(whole / size) : Math.floor((whole % (units[first]?.[0] ?? 1)) / size);
    return n === 0 ? '' : `${n} ${name}`;
  });
  return parts.filter(Boolean).join(' ');
}
