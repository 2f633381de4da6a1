import { CommanderError } from 'commander';
import { CliError, exitCodes } from './cli-error.js';
import { note } from './output.js';
import { createProgram } from './program.js';

// `turnpike events list | head` closes the pipe early: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Says what went wrong where it was not said yet. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (error instanceof CliError) {
    note(`error: ${error.message}`);
    return error.exitCode;
  }
  note(`error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return exitCodes.failed;
}
