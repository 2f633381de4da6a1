import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program, its arguments and how it is to run. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Only where privileges cannot be dropped by the program itself. */
  readonly uid?: number;
  readonly gid?: number;
}

/** A process that can be told from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it was started, in a form that only serves to be compared. */
  readonly started: string;
}

/** Signals to send one after the other, each with the time it is given to work, in milliseconds. */
export type StopPlan = readonly (readonly [signal: NodeJS.Signals, graceMs: number])[];

const onLinux = process.platform === 'linux';

/** The text of a file, or nothing where it cannot be read. */
export function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Who runs under this number; `undefined` when nobody does. A zombie does not run. */
export function identify(pid: number | undefined): ProcessIdentity | undefined {
  if (pid === undefined || pid < 1) return undefined;
  const started = onLinux ? startOnLinux(pid) : startFromPs(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Whether exactly this process runs, and not a later one with its number. */
export function isRunning(process: ProcessIdentity | undefined): process is ProcessIdentity {
  return process !== undefined && identify(process.pid)?.started === process.started;
}

function startOnLinux(pid: number): string | undefined {
  const stat = readOrEmpty(`/proc/${pid}/stat`); // "pid (name) state ppid ...": the name may hold anything
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, ticksSinceBoot] = [fields[0], fields[19]];
  if (!ticksSinceBoot || state === 'Z' || state === 'X') return undefined;
  return `${ticksSinceBoot}@${readOrEmpty('/proc/sys/kernel/random/boot_id').trim()}`;
}

function startFromPs(pid: number): string | undefined {
  const { stdout } = spawnSync('ps', ['-p', String(pid), '-o', 'state=,lstart='], { encoding: 'utf8' });
  const [state, ...started] = (stdout ?? '').trim().split(/\s+/);
  return !state || state.startsWith('Z') ? undefined : started.join(' ');
}

/** Sends a signal; a process or process group (negative number) that is gone is fine. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Looks until the condition holds; `false` when it did not within the time, in milliseconds. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
): Promise<boolean> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(20)) {
    if (await condition()) return true;
  }
  return condition();
}

/** Stops a process that leads its own group, together with that group. */
export async function stopProcess(target: ProcessIdentity, plan: StopPlan): Promise<void> {
  for (const [signal, graceMs] of plan) {
    if (!isRunning(target)) return;
    sendSignal(-target.pid, signal);
    if (await waitUntil(() => !isRunning(target), graceMs)) return;
  }
}

/** The process and its children. */
export function processTree(pid: number): number[] {
  const children = onLinux
    ? readOrEmpty(`/proc/${pid}/task/${pid}/children`)
    : spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).stdout;
  return [pid, ...children.split(/\s+/).filter(Boolean).map(Number)];
}

/** Whether a process works in this folder; Postgres and all its children do. Known on Linux only. */
export function isWorkedIn(folder: string): boolean {
  if (!onLinux) return false;
  return readdirSync('/proc').some((entry) => {
    try {
      return /^\d+$/.test(entry) && readlinkSync(`/proc/${entry}/cwd`) === folder;
    } catch {
      return false; // gone, or another user's
    }
  });
}
