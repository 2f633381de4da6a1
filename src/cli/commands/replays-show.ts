import type { Command } from 'commander';
import type { Replay } from '../admin-answers.js';
import { adminApi, addServerOptions, type ServerOptions } from '../admin-command.js';
import { print, printJson } from '../output.js';
import { replayText } from '../replay-text.js';

const help = {
  examples: ['replays show 7', 'replays show 7 --json | jq .runs'],
  done: 'the replay was shown',
};

/** Adds `turnpike replays show`. */
export function addReplaysShowCommand(replays: Command): void {
  const command = replays
    .command('show')
    .description('show what a replay does and how far it is')
    .argument('<id>', 'number of the replay');
  addServerOptions(command, help).action(async (id: string, options: ServerOptions) => {
    const replay = await adminApi(options).get<Replay>(`replays/${encodeURIComponent(id)}`);
    if (options.json) printJson(replay);
    else print(replayText(replay));
  });
}
