import type { Command } from 'commander';
import type { Handler } from '../admin-answers.js';
import { adminApi, addServerOptions, type ServerOptions } from '../admin-command.js';
import { handlerTable, handlerText } from '../handler-text.js';
import { print, printJson, printList } from '../output.js';

interface PauseOptions extends ServerOptions {
  reason?: string;
}

const pathOf = (id: string, action?: string): string =>
  `handlers/${encodeURIComponent(id)}${action === undefined ? '' : `/${action}`}`;

/** Adds `turnpike handlers list`, `show`, `pause` and `resume`. */
export function addHandlersCommands(program: Command): void {
  const handlers = program.command('handlers').description('see how handlers do, pause and resume them');
  addList(handlers);
  addShow(handlers);
  addPauseAndResume(handlers);
}

function addList(handlers: Command): void {
  const command = handlers.command('list').description('list handlers with what waits for them');
  const help = {
    examples: ['handlers list', "handlers list --json | jq -r '.[] | select(.paused).id'"],
    done: 'the list was printed',
  };
  addServerOptions(command, help).action(async (options: ServerOptions) => {
    const { data } = await adminApi(options).get<{ data: Handler[] }>('handlers');
    printList({ data, more: false }, options, handlerTable, 'there is no handler');
  });
}

function addShow(handlers: Command): void {
  const command = handlers
    .command('show')
    .description('show what a handler takes, with which options, and how it does')
    .argument('<id>', 'id of the handler');
  const help = { examples: ['handlers show orders.fulfil'], done: 'the handler was shown' };
  addServerOptions(command, help).action(async (id: string, options: ServerOptions) => {
    const handler = await adminApi(options).get<Handler>(pathOf(id));
    if (options.json) printJson(handler);
    else print(handlerText(handler));
  });
}

function addPauseAndResume(handlers: Command): void {
  const actions = {
    pause: ['let the runs of a handler wait', 'the handler is paused: its runs wait, and none is lost'],
    resume: ['let a paused handler run again', 'the handler runs'],
  } as const;
  for (const [action, [description, done]] of Object.entries(actions)) {
    const command = handlers
      .command(action)
      .description(description)
      .argument('<id>', 'id of the handler')
      .option('--reason <text>', 'why, for the audit log');
    const help = { examples: [`handlers ${action} orders.fulfil --reason "the warehouse moves"`], done };
    addServerOptions(command, help).action(async (id: string, options: PauseOptions) => {
      const handler = await adminApi(options).post<Handler>(pathOf(id, action), { reason: options.reason });
      if (options.json) printJson(handler);
      else print(`${id}: ${handler.paused ? 'paused' : 'resumed'}`);
    });
  }
}
