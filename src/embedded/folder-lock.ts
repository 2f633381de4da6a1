import { readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import type { ProcessIdentity } from './processes.js';
import { identify, isRunning } from './processes.js';

/** Thrown when another process has the folder; the message says which and what to do. */
export class FolderInUseError extends Error {
  constructor(
    folder: string,
    readonly pid: number,
  ) {
    super(
      `Turnpike already runs on ${folder} (process ${pid}). ` +
        `Stop it first (kill ${pid}), or give this one its own folder and port: DATA_DIR=.data2 PORT=4243.`,
    );
    this.name = 'FolderInUseError';
  }
}

const lockOf = (folder: string) => `${folder}/owner.lock`;

/** The running process that has the folder. */
export function ownerOf(folder: string): ProcessIdentity | undefined {
  const owner = parse(textOf(lockOf(folder)));
  return isRunning(owner) ? owner : undefined;
}

/**
 * Takes the folder for this process. The lock is a symbolic link whose target names the owner, because a link comes
 * into being at once and with its content, and fails when there is one.
 *
 * @throws {@link FolderInUseError} when a running process has it
 */
export function takeFolder(folder: string): void {
  const me = identify(process.pid);
  if (!me) throw new Error('This process cannot see itself: is /proc mounted?');
  const lock = lockOf(folder);
  for (;;) {
    if (link(`${me.pid}:${me.started}`, lock)) return;
    const found = textOf(lock);
    const owner = parse(found);
    if (isRunning(owner)) throw new FolderInUseError(folder, owner.pid);
    if (found !== undefined) removeStale(lock, found);
  }
}

export function leaveFolder(folder: string): void {
  rmSync(lockOf(folder), { force: true });
}

/** Moves a dead owner's lock aside, and puts it back if in between somebody had taken the folder. */
function removeStale(lock: string, expected: string): void {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch {
    return; // somebody else was faster
  }
  const moved = textOf(aside);
  if (moved !== undefined && moved !== expected) link(moved, lock);
  rmSync(aside, { force: true });
}

function link(target: string, path: string): boolean {
  try {
    symlinkSync(target, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function textOf(lock: string): string | undefined {
  try {
    return readlinkSync(lock);
  } catch {
    return undefined;
  }
}

function parse(text: string | undefined): ProcessIdentity | undefined {
  const [, pid, started] = /^(\d+):(.*)$/s.exec(text ?? '') ?? [];
  return pid && started !== undefined ? { pid: Number(pid), started } : undefined;
}
