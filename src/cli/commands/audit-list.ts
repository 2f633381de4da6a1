import type { Command } from 'commander';
import type { AuditEntry } from '../admin-answers.js';
import { adminApi, addServerOptions, type ServerOptions } from '../admin-command.js';
import { pastTime, wholeNumber } from '../option-values.js';
import { printList } from '../output.js';
import { table, time } from '../table.js';

interface ListOptions extends ServerOptions {
  action?: string;
  target?: string;
  by?: string;
  from?: string;
  before?: string;
  limit: number;
}

const help = {
  examples: [
    'audit list --limit 50',
    'audit list --action admin_key.create --from 30d',
    "audit list --json | jq -r '.[] | [.at, .keyName, .action] | @tsv'",
  ],
  done: 'the list was printed, even if no entry matches',
};

/** Adds `turnpike audit list`: who changed what, and why. */
export function addAuditListCommand(audit: Command): void {
  const command = audit
    .command('list')
    .description('list what was changed by whom and why, newest first')
    .option('--action <name>', 'only this action, e.g. admin_key.create')
    .option('--target <id>', 'only what was done to this')
    .option('--by <id>', 'only what this key did: see turnpike keys list')
    .option('--from <time>', 'only then or later, e.g. 2026-11-21 or 24h (ago)', pastTime)
    .option('--before <time>', 'only earlier', pastTime)
    .option('--limit <n>', 'at most this many', wholeNumber, 20);
  addServerOptions(command, help).action(async (options: ListOptions) => {
    const { action, target, by: key, from, before, limit } = options;
    const query = { action, target, key, from, before };
    const found = await adminApi(options).list<AuditEntry>('audit', query, limit);
    printList(found, options, text, 'no entry matches');
  });
}

const text = (entries: readonly AuditEntry[]): string =>
  table([
    ['AT', 'KEY', 'ACTION', 'TARGET', 'REASON'],
    ...entries.map(({ at, keyName, action, target, reason }) => [
      time(at),
      keyName,
      action,
      target,
      reason ?? '–',
    ]),
  ]);
