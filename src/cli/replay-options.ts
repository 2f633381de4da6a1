import { type Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from './option-values.js';

/** Which runs a replay does again, beyond those that failed. */
export interface RunOptions {
  includeSucceeded?: boolean;
  backfill?: boolean;
}

export const addRunOptions = (command: Command): Command =>
  command
    .option('--include-succeeded', 'also do again what succeeded')
    .option('--backfill', 'also run handlers that match and never ran, such as new ones');

/** What every request for a replay says. */
export interface RequestOptions {
  reason?: string;
  idempotencyKey?: string;
}

export const addRequestOptions = (command: Command): Command =>
  command
    .option('--reason <text>', 'why, for the audit log')
    .addOption(
      new Option(
        '--idempotency-key <text>',
        'a request that is repeated with its key is done once (default: a new key)',
      ).argParser(idempotencyKey),
    );

/** How a replay of many events goes. */
export interface BulkOptions extends RequestOptions {
  rate: number;
  yes?: boolean;
  watch?: boolean;
}

export const addBulkOptions = (command: Command): Command =>
  addRequestOptions(command.option('--rate <n>', 'runs per second at most, up to 1000', rate, 50))
    .option('--yes', 'do not ask; needed where there is no terminal')
    .option('--watch', 'watch it until it is through, like turnpike replays watch');

function rate(text: string): number {
  const value = wholeNumber(text);
  if (value <= 1_000) return value;
  throw new InvalidArgumentError('It must be 1000 or less.');
}

function idempotencyKey(text: string): string {
  if (/^[\x20-\x7e]{1,255}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be 1 to 255 printable ASCII characters.');
}
