import type { ChildProcess, StdioOptions } from 'node:child_process';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { leaveFolder, takeFolder } from './folder-lock.js';
import { Guard } from './guard.js';
import { readJson, writeJson } from './json-file.js';
import type { Command, ProcessIdentity, StopPlan } from './processes.js';
import { identify, isRunning, stopProcess, waitUntil } from './processes.js';

/** Takes one line for a human. */
export type Log = (line: string) => void;

/** How each kind of process is stopped; the order of the kinds is the order of stopping. */
export const stopPlans = {
  /** A command that ends by itself: initdb, a download, the migration. */
  command: [
    ['SIGTERM', 5_000],
    ['SIGKILL', 5_000],
  ],
  app: [
    ['SIGTERM', 30_000],
    ['SIGKILL', 5_000],
  ],
  /** Fast shutdown, immediate shutdown, kill. */
  postgres: [
    ['SIGINT', 20_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ],
  redis: [
    ['SIGTERM', 15_000],
    ['SIGKILL', 5_000],
  ],
} as const satisfies Record<string, StopPlan>;

export type ProcessKind = keyof typeof stopPlans;
const kinds = Object.keys(stopPlans) as ProcessKind[];

/** Becomes the program once it is told to; ends when its input ends before, because who started it is gone. */
const gate = 'read -r go && exec "$@" </dev/null';

type Ledger = Partial<Record<ProcessKind | 'guard', ProcessIdentity>>;

/** A data folder that belongs to this process, and the list of what this process runs in it. */
export class DataFolder {
  private readonly running: Ledger = {};

  private constructor(
    readonly path: string,
    readonly log: Log,
    private readonly guard: Guard,
    private readonly temporary: boolean,
  ) {
    this.running.guard = identify(guard.pid);
    writeJson(ledgerOf(path), this.running);
  }

  /**
   * Takes the folder, making it where it is missing, and stops what a killed owner left running in it.
   *
   * @param temporary - whether the folder is to be removed at the end, however this process ends
   * @throws FolderInUseError when another running process has it
   */
  static async take(folder: string, log: Log = () => {}, temporary = false): Promise<DataFolder> {
    const path = prepare(folder);
    takeFolder(path);
    try {
      await stopLeftovers(path, log);
      return new DataFolder(path, log, new Guard(temporary ? path : ''), temporary);
    } catch (error) {
      leaveFolder(path);
      throw error;
    }
  }

  /**
   * Starts a program in a group of its own. It begins only once it is noted: this process may be killed at any moment,
   * its guard too, and what is not noted nobody would stop.
   *
   * @param output - what becomes of its standard output, its standard error and further channels
   */
  spawn(
    kind: ProcessKind,
    { program, args, ...options }: Command & { readonly cwd?: string },
    output: Extract<StdioOptions, unknown[]>,
  ): ChildProcess {
    const child = spawn('/bin/sh', ['-c', gate, program, program, ...args], {
      ...options,
      detached: true,
      stdio: ['pipe', ...output],
    });
    child.once('exit', () => this.note(kind, undefined));
    this.note(kind, child.pid);
    child.stdin?.on('error', () => {}).end('go\n'); // an error: it has ended already
    return child;
  }

  /** Gives the folder back. What was started in it must have ended. */
  release(): void {
    this.guard.dismiss();
    rmSync(ledgerOf(this.path), { force: true });
    leaveFolder(this.path);
    if (this.temporary) rmSync(this.path, { recursive: true, force: true });
  }

  /** What runs now, or with `undefined` that it has ended: for the guard, and for the next start. */
  private note(kind: ProcessKind, pid: number | undefined): void {
    const identity = identify(pid);
    if (identity) this.running[kind] = identity;
    else delete this.running[kind];
    writeJson(ledgerOf(this.path), this.running);
    this.guard.watch(
      kinds.flatMap((name) => {
        const target = this.running[name];
        return target ? [{ pid: target.pid, signal: stopPlans[name][0][0] }] : [];
      }),
    );
  }
}

const ledgerOf = (path: string) => `${path}/processes.json`;

function prepare(folder: string): string {
  try {
    mkdirSync(`${folder}/log`, { recursive: true });
    chmodSync(`${folder}/log`, 0o700);
    return realpathSync(folder);
  } catch (cause) {
    throw new Error(
      `${folder} cannot be used (${String(cause)}). Run as the user it belongs to, or set DATA_DIR to another folder.`,
      { cause },
    );
  }
}

async function stopLeftovers(path: string, log: Log): Promise<void> {
  const left = readJson<Ledger>(ledgerOf(path)) ?? {};
  if (isRunning(left.guard)) {
    log('Waiting for what the last run left behind to stop ...'); // its guard is at it
    await waitUntil(() => !isRunning(left.guard), 60_000);
  }
  for (const kind of kinds) {
    const leftover = left[kind];
    if (!isRunning(leftover)) continue;
    log(`Stopping ${kind} (process ${leftover.pid}), which the last run left behind ...`);
    await stopProcess(leftover, stopPlans[kind]);
  }
}
