import type { DataFolder } from './data-folder.js';
import { stopPlans } from './data-folder.js';
import type { Command } from './processes.js';
import { identify, stopProcess } from './processes.js';

/**
 * Runs a command to its end; it never outlives this process.
 *
 * @returns what it printed
 * @throws when it fails or cannot run, with what it printed; the signal's reason when it was aborted
 */
export async function runCommand(
  folder: DataFolder,
  command: Command,
  signal?: AbortSignal,
): Promise<string> {
  signal?.throwIfAborted();
  const child = folder.spawn('command', command, ['pipe', 'pipe']);
  const identity = identify(child.pid);
  const stop = () => void (identity && stopProcess(identity, stopPlans.command));
  signal?.addEventListener('abort', stop, { once: true });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const failure = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, killer) => resolve(code === 0 ? undefined : `ended with ${killer ?? code}`));
  });
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();
  if (failure) throw new Error(`${command.program} ${failure}${output && `:\n${output.trim()}`}`);
  return output;
}
