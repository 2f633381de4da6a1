/** What a part of the suite found. */
export interface Section {
  title: string;
  tables: string[][][];
  /** What must be known to read the tables. */
  notes: string[];
  targets: Target[];
  /** What the servers said of their settings, where there were any. */
  servers?: string;
}

/** A figure and what it should be: at least, or at most. */
export interface Target {
  measure: string;
  found: number;
  unit: '×' | ' ms' | ' MiB' | ' s';
  atLeast?: number;
  atMost?: number;
  /** Why the target cannot be reached where this was measured, if that is so. */
  limit?: string | undefined;
}

const digits = { '×': 2, ' ms': 1, ' MiB': 0, ' s': 1 } as const;
const written = (value: number, unit: Target['unit']) => `${value.toFixed(digits[unit])}${unit}`;

/** The row of a target in the first table of the page. */
export function targetRow(target: Target): string[] {
  const { measure, found, unit, atLeast, atMost } = target;
  let wanted = 'stated';
  if (atLeast !== undefined) wanted = `≥ ${written(atLeast, unit)}`;
  if (atMost !== undefined) wanted = `≤ ${written(atMost, unit)}`;
  return [measure, wanted, written(found, unit), verdict(target)];
}

function verdict({ found, atLeast, atMost, limit }: Target): string {
  if (atLeast === undefined && atMost === undefined) return '';
  const missing = atLeast === undefined ? found / (atMost ?? Number.NaN) - 1 : 1 - found / atLeast;
  if (missing <= 0) return 'met';
  const by = `missed by ${Math.ceil(missing * 100)} %`;
  return limit === undefined ? by : `${by}: ${limit}`;
}
