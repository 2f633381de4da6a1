import { Command } from 'commander';
import { addAlertsCommands } from './commands/alerts.js';
import { addAuditListCommand } from './commands/audit-list.js';
import { addEraseCommand } from './commands/erase.js';
import { addEventsListCommand } from './commands/events-list.js';
import { addEventsReplayCommand } from './commands/events-replay.js';
import { addEventsShowCommand } from './commands/events-show.js';
import { addEventsTimelineCommand } from './commands/events-timeline.js';
import { addFailuresListCommand } from './commands/failures-list.js';
import { addFailuresReplayCommand, addFailuresTriageCommands } from './commands/failures-triage.js';
import { addHandlersCommands } from './commands/handlers.js';
import { addIssuingDecisionsCommand } from './commands/issuing-decisions.js';
import { addKeysCommands } from './commands/keys.js';
import { addMigrateCommand } from './commands/migrate.js';
import { addNewFeatureCommand } from './commands/new-feature.js';
import { addReplaysControlCommands } from './commands/replays-control.js';
import { addReplaysCreateCommand } from './commands/replays-create.js';
import { addReplaysListCommand } from './commands/replays-list.js';
import { addReplaysShowCommand } from './commands/replays-show.js';
import { addReplaysWatchCommand } from './commands/replays-watch.js';
import { addSendCommand } from './commands/send.js';

const help = `
Examples:
  $ npx turnpike send payment_intent.succeeded
  $ npx turnpike events list
  $ npx turnpike failures list
  $ TURNPIKE_URL=https://turnpike.example.com TURNPIKE_ADMIN_KEY=… npx turnpike replays list
  $ npx turnpike new feature refunds --on charge.refunded
  $ npx turnpike send --help

Exit codes:
  0  done
  1  tried in vain; the message says why
  2  asked wrongly, or a needed setting is missing`;

/** The whole command line. */
export function createProgram(): Command {
  // Throwing instead of exiting leaves the exit code to one place, and to output the time to drain.
  const program = new Command('turnpike').exitOverride().showSuggestionAfterError();
  program.enablePositionalOptions(); // `send` and `send app` have options of the same name
  program.description('Sends signed events to Turnpike, shows what became of them, and does them again.');
  program.addHelpText('after', help);
  addSendCommand(program);
  addEventsCommands(program.command('events').description('look into stored events, and replay one'));
  addFailuresCommands(program.command('failures').description('see what goes wrong, and deal with it'));
  addAlertsCommands(
    program.command('alerts').description('see what operators are told of, and say who is on it'),
  );
  addReplaysCommands(program.command('replays').description('replay many events at a metered pace'));
  addHandlersCommands(program);
  addIssuingDecisionsCommand(program.command('issuing').description('look into the decisions of Issuing'));
  addKeysCommands(program);
  addAuditListCommand(program.command('audit').description('see who changed what'));
  addEraseCommand(program);
  addMigrateCommand(program);
  addNewFeatureCommand(program.command('new').description('write code to start from'));
  return program;
}

function addEventsCommands(events: Command): void {
  addEventsListCommand(events);
  addEventsShowCommand(events);
  addEventsTimelineCommand(events);
  addEventsReplayCommand(events);
}

function addFailuresCommands(failures: Command): void {
  addFailuresListCommand(failures);
  addFailuresTriageCommands(failures);
  addFailuresReplayCommand(failures);
}

function addReplaysCommands(replays: Command): void {
  addReplaysCreateCommand(replays);
  addReplaysListCommand(replays);
  addReplaysShowCommand(replays);
  addReplaysWatchCommand(replays);
  addReplaysControlCommands(replays);
}
