import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { CliError, exitCodes } from './cli-error.js';

/** Whether somebody sits at a terminal and can be asked. */
export const canAsk = (): boolean => process.stdin.isTTY && process.stderr.isTTY;

/** Asks a question; everything but a yes is a no. */
export async function confirmed(
  question: string,
  input: Readable = process.stdin,
  output: Writable = process.stderr,
): Promise<boolean> {
  const terminal = createInterface({ input, output });
  const { answer, interrupted } = await new Promise<{ answer?: string; interrupted?: true }>((resolve) => {
    terminal.once('SIGINT', () => resolve({ interrupted: true }));
    terminal.once('close', () => resolve({}));
    terminal.question(`${question} [y/N] `, (text) => resolve({ answer: text }));
  });
  terminal.close();
  if (answer === undefined) output.write('\n'); // no Enter ended the line
  if (interrupted) throw new CliError('interrupted: nothing was done', exitCodes.interrupted);
  return /^y(es)?$/i.test(answer?.trim() ?? '');
}
