import type { Command } from 'commander';
import { adminApi, addServerOptions, type ServerOptions } from '../admin-command.js';
import { watchReplay } from '../replay-watch.js';

const help = {
  notes: `A bar on a terminal, a line per second elsewhere, both on standard error. When the server restarts, the watching goes
on; it gives up after 5 minutes without a server. Ctrl-C ends the watching and not the replay.`,
  examples: ['replays watch 7', 'replays watch 7 --json | jq .runs'],
  done: 'the replay completed and none of its runs is dead',
  failed: 'it was cancelled, some of its runs are dead, or the server did not answer',
  interrupted: 'Ctrl-C ended the watching; the replay goes on',
};

/** Adds `turnpike replays watch`. */
export function addReplaysWatchCommand(replays: Command): void {
  const command = replays
    .command('watch')
    .description('show the progress of a replay until it is through')
    .argument('<id>', 'number of the replay');
  addServerOptions(command, help).action(async (id: string, options: ServerOptions) => {
    process.exitCode = await watchReplay(adminApi(options), id, options);
  });
}
