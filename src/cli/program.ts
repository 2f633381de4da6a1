import { Command } from 'commander';
import { addEventsListCommand } from './commands/events-list.js';
import { addEventsShowCommand } from './commands/events-show.js';
import { addIssuingDecisionsCommand } from './commands/issuing-decisions.js';
import { addMigrateCommand } from './commands/migrate.js';
import { addSendCommand } from './commands/send.js';

const help = `
Examples:
  $ npx turnpike send payment_intent.succeeded
  $ npx turnpike events list
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
  program.description('Sends signed events to Turnpike and shows what became of them.');
  program.addHelpText('after', help);
  addSendCommand(program);
  const events = program.command('events').description('look into the event store');
  addEventsListCommand(events);
  addEventsShowCommand(events);
  addIssuingDecisionsCommand(program.command('issuing').description('look into the decisions of Issuing'));
  addMigrateCommand(program);
  return program;
}
