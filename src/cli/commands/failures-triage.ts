import type { Command } from 'commander';
import type { FailureGroup } from '../admin-answers.js';
import { adminApi, addServerOptions, type ServerOptions } from '../admin-command.js';
import { startReplay } from '../bulk-replay.js';
import { print, printJson } from '../output.js';
import { addBulkOptions, type BulkOptions } from '../replay-options.js';

interface TriageOptions extends ServerOptions {
  note?: string;
}

const group = (failures: Command, name: string, description: string): Command =>
  failures
    .command(name)
    .description(description)
    .argument('<handler>', 'id of the handler')
    .argument('<fingerprint>', 'of the error: see turnpike failures list');

const pathOf = (handler: string, fingerprint: string, action: string): string =>
  ['failures', handler, fingerprint, action].map(encodeURIComponent).join('/');

const EXAMPLE = 'orders.fulfil 5f2b9c0d1e3a4768';

/** Adds `turnpike failures acknowledge` and `resolve`. */
export function addFailuresTriageCommands(failures: Command): void {
  const actions = {
    acknowledge: ['say that somebody looks after a failure', 'it is acknowledged'],
    resolve: ['say that a failure is over; it opens again when it comes back', 'it is resolved'],
  } as const;
  for (const [action, [description, done]] of Object.entries(actions)) {
    const command = group(failures, action, description).option(
      '--note <text>',
      'what the next one should know',
    );
    const examples = [`failures ${action} ${EXAMPLE} --note "ticket 4711"`];
    const failed = 'there is no such failure, or the server did not answer';
    addServerOptions(command, { examples, done, failed }).action(
      async (handler: string, fingerprint: string, options: TriageOptions) => {
        const path = pathOf(handler, fingerprint, action);
        const answer = await adminApi(options).post<FailureGroup>(path, { note: options.note });
        if (options.json) printJson(answer);
        else print(`${handler} ${fingerprint}: ${answer.state}`);
      },
    );
  }
}

/** Adds `turnpike failures replay`: the runs of one failure again. */
export function addFailuresReplayCommand(failures: Command): void {
  const help = {
    notes: 'It asks before it starts; without a terminal it starts only with --yes.',
    examples: [
      `failures replay ${EXAMPLE} --watch`,
      `failures replay ${EXAMPLE} --reason "fixed in v42" --yes --json`,
    ],
    done: 'the replay was started; with --watch: it completed and none of its runs is dead',
    failed: 'it was not; with --watch: it was cancelled, or some of its runs are dead',
    interrupted: 'Ctrl-C ended the watching; the replay goes on',
  };
  const command = addBulkOptions(group(failures, 'replay', 'run again what failed with this error'));
  addServerOptions(command, help).action(
    async (handler: string, fingerprint: string, options: ServerOptions & BulkOptions) => {
      const start = {
        path: pathOf(handler, fingerprint, 'replay'),
        body: {},
        request: { filter: { handler, fingerprint } },
      };
      process.exitCode = await startReplay(adminApi(options), start, options);
    },
  );
}
