import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Memory of processes, in MiB, at one time of a replay. */
export interface MemorySample {
  /** Events that the replay had gone through. */
  done: number;
  api: number;
  workers: number[];
  redis: number;
}

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
