import { spawn } from 'node:child_process';
import type { DataFolder } from './data-folder.js';
import { stopPlans } from './data-folder.js';
import { identify, stopProcess } from './processes.js';

/** A program, its arguments and how it is to run. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Only where privileges cannot be dropped by the program itself. */
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Runs a command to its end; it never outlives this process.
 *
 * @returns what it printed
 * @throws when it fails or cannot run, with what it printed; the signal's reason when it was aborted
 */
export async function runCommand(
  folder: DataFolder,
  { program, args, ...options }: Command,
  signal?: AbortSignal,
): Promise<string> {
  signal?.throwIfAborted();
  const child = spawn(program, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  folder.note('command', child.pid);
  const identity = identify(child.pid);
  const stop = () => void (identity && stopProcess(identity, stopPlans.command));
  signal?.addEventListener('abort', stop, { once: true });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const failure = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, killer) => resolve(code === 0 ? undefined : `ended with ${killer ?? code}`));
  });
  signal?.removeEventListener('abort', stop);
  folder.note('command', undefined);
  signal?.throwIfAborted();
  if (failure) throw new Error(`${program} ${failure}${output && `:\n${output.trim()}`}`);
  return output;
}
