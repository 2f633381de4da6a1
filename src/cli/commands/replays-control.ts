import type { Command } from 'commander';
import type { Replay } from '../admin-answers.js';
import { adminApi, addServerOptions, type ServerOptions } from '../admin-command.js';
import { print, printJson } from '../output.js';
import { outcomeText } from '../replay-text.js';

interface ControlOptions extends ServerOptions {
  reason?: string;
}

const actions = {
  pause: ['stop a replay for now', 'the replay is paused: what it has started still runs'],
  resume: ['let a paused replay go on', 'the replay goes on'],
  cancel: ['end a replay for good', 'the replay is cancelled: what it has started still runs'],
} as const;

/** Adds `turnpike replays pause`, `resume` and `cancel`. */
export function addReplaysControlCommands(replays: Command): void {
  for (const [action, [description, done]] of Object.entries(actions)) {
    const command = replays
      .command(action)
      .description(description)
      .argument('<id>', 'number of the replay')
      .option('--reason <text>', 'why, for the audit log');
    const examples = [`replays ${action} 7`, `replays ${action} 7 --reason "the mail server is down"`];
    const failed = 'there is no such replay, it has ended, or the server did not answer';
    addServerOptions(command, { examples, done, failed }).action(
      async (id: string, options: ControlOptions) => {
        const path = `replays/${encodeURIComponent(id)}/${action}`;
        const replay = await adminApi(options).post<Replay>(path, { reason: options.reason });
        if (options.json) printJson(replay);
        else print(outcomeText(replay));
      },
    );
  }
}
