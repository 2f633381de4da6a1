import { type Command, Option } from 'commander';
import type { Key } from '../admin-answers.js';
import { adminApi, addServerOptions, type ServerOptions } from '../admin-command.js';
import { keyTable } from '../key-text.js';
import { futureTime, repeated, wholeNumber } from '../option-values.js';
import { note, print, printJson, printList } from '../output.js';

interface CreateOptions extends ServerOptions {
  name: string;
  scope: Key['scope'];
  account?: string[];
  expires?: string;
  reason?: string;
}

/** Adds `turnpike keys create`, `list`, `revoke` and `current`. */
export function addKeysCommands(program: Command): void {
  const keys = program.command('keys').description('admin keys: who may use the admin API');
  addCreate(keys);
  addList(keys);
  addRevoke(keys);
  addCurrent(keys);
}

function addCreate(keys: Command): void {
  const command = keys
    .command('create')
    .description('create a key and print it: it is shown this once')
    .requiredOption('--name <text>', 'whose it is, for the audit log')
    .addOption(
      new Option('--scope <scope>', 'read looks; replay also replays; admin does everything')
        .choices(['read', 'replay', 'admin'])
        .default('read'),
    )
    .option('--account <acct>', 'restrict it to this connected account; may be repeated', repeated)
    .option(
      '--expires <time>',
      'when it ends: 2027-01-31, or from now: 24h, 90d (default: never)',
      futureTime,
    )
    .option('--reason <text>', 'why, for the audit log');
  const help = {
    examples: [
      'keys create --name "Ada Lovelace" --scope replay --expires 90d',
      'keys create --name support --account acct_1Q2w3E4r5T6y7U8i > key.txt',
    ],
    done: 'the key was printed on standard output, and what it may do on standard error',
  };
  addServerOptions(command, help).action(async (options: CreateOptions) => {
    const { name, scope, account, expires, reason } = options;
    const body = { name, scope, accounts: account, expiresAt: expires, reason };
    const created = await adminApi(options).post<Key & { key: string }>('keys', body);
    if (options.json) return printJson(created);
    print(created.key);
    note(`${keyTable([created])}\nKeep it: it is not stored and will not be shown again.`);
  });
}

function addList(keys: Command): void {
  const command = keys
    .command('list')
    .description('list keys')
    .option('--limit <n>', 'at most this many', wholeNumber, 100);
  const help = {
    examples: ['keys list', "keys list --json | jq -r '.[].name'"],
    done: 'the list was printed',
  };
  addServerOptions(command, help).action(async (options: ServerOptions & { limit: number }) => {
    const found = await adminApi(options).list<Key>('keys', {}, options.limit);
    printList(found, options, keyTable, 'there is no key');
  });
}

function addRevoke(keys: Command): void {
  const command = keys
    .command('revoke')
    .description('end a key: it is refused from then on')
    .argument('<id>', 'number of the key: see turnpike keys list')
    .option('--reason <text>', 'why, for the audit log');
  const help = { examples: ['keys revoke 3 --reason "left the company"'], done: 'the key is revoked' };
  addServerOptions(command, help).action(async (id: string, options: ServerOptions & { reason?: string }) => {
    const path = `keys/${encodeURIComponent(id)}/revoke`;
    const revoked = await adminApi(options).post<Key>(path, { reason: options.reason });
    if (options.json) printJson(revoked);
    else print(`key ${revoked.id} (${revoked.name}) is revoked`);
  });
}

function addCurrent(keys: Command): void {
  const command = keys.command('current').description('show the key in use, and what it may do');
  const help = {
    examples: ['keys current', 'keys current --key-file key.txt'],
    done: 'the server takes the key',
  };
  addServerOptions(command, help).action(async (options: ServerOptions) => {
    const key = await adminApi(options).get<Key>('keys/current');
    if (options.json) printJson(key);
    else print(keyTable([key]));
  });
}
