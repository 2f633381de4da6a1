import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { processTree, readOrEmpty } from '../src/embedded/processes.js';

/** Processor time by kind of process, in microseconds. */
export type CpuTimes = Record<string, number>;

/** Linux counts in these, whatever its own tick is. */
const TICK_MICROS = 10_000;

/** Whether it can be known what processes take. */
export const cpuIsKnown = existsSync('/proc/self/stat');

/**
 * Begins to watch processes, each with its children.
 *
 * @param kinds - their ids by name; beside them, `load` is this process and those that it has started and seen end
 * @returns what each kind has taken since
 */
export function watchCpu(kinds: Record<string, readonly (number | undefined)[]>): () => CpuTimes {
  const read = (): [string, number][] => [
    ...Object.entries(kinds).map(([kind, pids]): [string, number] => [
      kind,
      sum(pids.flatMap((pid) => (pid === undefined ? [] : processTree(pid))).map(ticksOf)) * TICK_MICROS,
    ]),
    ['load', ticksOf(process.pid) * TICK_MICROS],
  ];
  const before = new Map(read());
  return () => Object.fromEntries(read().map(([kind, micros]) => [kind, micros - (before.get(kind) ?? 0)]));
}

/** Of a process and its children that have ended. */
function ticksOf(pid: number): number {
  const stat = readOrEmpty(`/proc/${pid}/stat`); // "pid (name) state ppid ...": the name may hold anything
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return sum(fields.slice(11, 15).map(Number));
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Resident memory of a process in MiB; 0 when it is gone. */
export async function residentMiB(pid: number | undefined): Promise<number> {
  if (pid === undefined) return 0;
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
    return Math.round(Number(stdout.trim()) / 1_024);
  } catch {
    return 0;
  }
}
