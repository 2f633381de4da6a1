import { type Command, Option } from 'commander';
import { runStatuses } from './admin-answers.js';
import { pastTime } from './option-values.js';

/** The options that choose events. */
export interface FilterOptions {
  type?: string;
  source?: string;
  account?: string;
  mode?: 'live' | 'test';
  status?: string;
  handler?: string;
  fingerprint?: string;
  object?: string;
  id?: string;
  createdFrom?: string;
  createdBefore?: string;
  receivedFrom?: string;
  receivedBefore?: string;
}

/** The same choice as the admin API takes it. */
export type EventFilter = Omit<FilterOptions, 'mode'> & { livemode?: boolean };

/** Adds them; an event has to match all that are given. Times are ISO 8601 or an age: `30m`, `24h`, `7d`. */
export function addFilterOptions(command: Command): Command {
  return command
    .option('--type <type>', 'events of this type, or of a family: payment_intent.*')
    .addOption(
      new Option('--source <source>', 'events that came in here').choices(['direct', 'connect', 'issuing']),
    )
    .option('--account <acct>', 'events of this connected account')
    .addOption(new Option('--mode <mode>', 'events of this mode').choices(['live', 'test']))
    .addOption(
      new Option('--status <status>', 'events with a latest run in this status').choices(runStatuses),
    )
    .option('--handler <id>', 'events with a run of this handler')
    .option('--fingerprint <hex>', 'events that failed with this error: see turnpike failures list')
    .option('--object <id>', 'events about this object: pi_…, cus_…')
    .option('--id <id>', 'events with this id anywhere: their own, or in what they say')
    .option(
      '--created-from <time>',
      'events that Stripe created then or later, e.g. 2026-11-21 or 24h (ago)',
      pastTime,
    )
    .option('--created-before <time>', 'events that Stripe created earlier', pastTime)
    .option('--received-from <time>', 'events that came in then or later', pastTime)
    .option('--received-before <time>', 'events that came in earlier', pastTime);
}

/** The options as the admin API names them. */
export function filterOf(options: FilterOptions): EventFilter {
  const { type, source, account, mode, status, handler, fingerprint, object, id } = options;
  const { createdFrom, createdBefore, receivedFrom, receivedBefore } = options;
  return {
    ...{ type, source, account, status, handler, fingerprint, object, id },
    ...{ createdFrom, createdBefore, receivedFrom, receivedBefore },
    ...(mode !== undefined && { livemode: mode === 'live' }),
  };
}
