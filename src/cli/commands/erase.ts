import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Erasure } from '../admin-answers.js';
import type { AdminClient } from '../admin-client.js';
import { adminApi, addServerOptions, type ServerOptions } from '../admin-command.js';
import { CliError, exitCodes } from '../cli-error.js';
import { canAsk, confirmed } from '../confirmation.js';
import { note, print, printJson } from '../output.js';
import { counted } from '../quantities.js';

interface Subject {
  customer?: string;
  account?: string;
  event?: string;
}

interface EraseOptions extends ServerOptions, Subject {
  reason?: string;
  dryRun?: boolean;
  yes?: boolean;
  watch?: boolean;
  idempotencyKey?: string;
}

/** How often it is asked how far an erasure is, in milliseconds. */
const ASK_EVERY_MS = 1_000;

const help = {
  notes: `It overwrites stored payloads and what the modules keep of them; ids, types and times stay. It cannot be undone. It
asks before it starts; without a terminal it starts only with --yes. Events that come later are not erased: run it again.`,
  examples: [
    'erase --customer cus_Q1w2E3r4 --dry-run',
    'erase --customer cus_Q1w2E3r4 --reason "request 4711" --watch',
    'erase --customer cus_Q1w2E3r4 --account acct_1Q2w3E4r --reason "request 4711" --yes --json',
    'erase --account acct_1Q2w3E4r --reason "contract ended" --yes',
  ],
  done: 'the erasure was started; with --watch: it is completed',
  failed: 'it was not; the message says why',
};

/** Adds `turnpike erase`: a person's data is overwritten. */
export function addEraseCommand(program: Command): void {
  const command = program
    .command('erase')
    .description("overwrite a person's data in stored events, and wherever else it is kept")
    .option('--customer <cus>', 'the customer; with --account, one of this connected account')
    .option('--account <acct>', 'without --customer: everything about this connected account')
    .option('--event <evt>', 'only this event')
    .option('--reason <text>', 'why, for the audit log, where it stays: do not name the person')
    .option('--idempotency-key <text>', 'a request that is repeated with its key is done once')
    .option('--dry-run', 'print how many events would be erased')
    .option('--yes', 'do not ask; needed where there is no terminal')
    .option('--watch', 'wait until it is completed');
  addServerOptions(command, help).action(async (options: EraseOptions) => {
    process.exitCode = await erase(adminApi(options), options);
  });
}

async function erase(api: AdminClient, options: EraseOptions): Promise<number> {
  const subject = subjectOf(options);
  const { reason = '', json, watch, yes, idempotencyKey = randomUUID() } = options;
  if (options.dryRun) {
    const found = await preview(api, subject);
    if (json) printJson(found);
    else print(`${counted(found.events, 'event')} would be erased`);
    return exitCodes.done;
  }
  if (!reason) throw new CliError('--reason is needed: the audit log keeps it', exitCodes.usage);
  if (!yes && !(await mayStart(api, subject))) return exitCodes.failed;
  const started = await api.postOnce<Erasure>('erasures', { ...subject, reason }, idempotencyKey);
  if (!json || watch) note(`erasure ${started.id} started`);
  const erasure = watch ? await completed(api, started.id) : started;
  if (json) printJson(erasure);
  else print(describe(erasure));
  return exitCodes.done;
}

function subjectOf({ customer, account, event }: EraseOptions): Subject {
  if ((customer ?? account ?? event) === undefined || (event !== undefined && (customer ?? account))) {
    throw new CliError('name --customer, --account or --event', exitCodes.usage);
  }
  return { ...(customer && { customer }), ...(account && { account }), ...(event && { event }) };
}

const preview = (api: AdminClient, subject: Subject) =>
  api.post<{ events: number }>('erasures', { ...subject, reason: 'dry run', dryRun: true });

async function mayStart(api: AdminClient, subject: Subject): Promise<boolean> {
  if (!canAsk()) {
    throw new CliError(
      'there is no terminal to ask at: --yes erases without asking, --dry-run tells how many events',
      exitCodes.usage,
    );
  }
  const { events } = await preview(api, subject);
  const whose = Object.values(subject).join(' of ');
  const question = `Erase ${counted(events, 'event')} of ${whose}, and what else is kept of it? It cannot be undone.`;
  if (await confirmed(question)) return true;
  note('nothing was erased');
  return false;
}

async function completed(api: AdminClient, id: string): Promise<Erasure> {
  for (;;) {
    const erasure = await api.get<Erasure>(`erasures/${id}`);
    if (erasure.status === 'completed') return erasure;
    await sleep(ASK_EVERY_MS);
  }
}

const describe = ({ id, status, events, runsEnded }: Erasure): string =>
  `erasure ${id} is ${status}: ${counted(events.erased, 'event')} erased, ${counted(runsEnded, 'open run')} ended`;
