import { type Command, Option } from 'commander';
import { AdminClient } from './admin-client.js';
import { adminKey, serverUrl } from './surroundings.js';

/** The options of every command that asks a server. */
export interface ServerOptions {
  url?: string;
  key?: string;
  keyFile?: string;
  json?: boolean;
}

/** What the help of a command says below its options. */
export interface CommandHelp {
  readonly notes?: string;
  /** Without `$ npx turnpike`. */
  readonly examples: readonly string[];
  /** What exit code 0 means. */
  readonly done: string;
  /** What exit code 1 means. */
  readonly failed?: string;
  /** What exit code 130 means, where Ctrl-C is a way out. */
  readonly interrupted?: string;
}

const FAILED = 'the server did not answer, or refused: the message says why';

/** Ends the options of a command with those for the server and the output, and gives it its help. */
export function addServerOptions(command: Command, help: CommandHelp): Command {
  return command
    .option('--json', 'print JSON, for programs')
    .option('--url <base>', 'server (default: TURNPIKE_URL, else the running "npm start")')
    .option(
      '--key-file <path>',
      'file that holds the admin key (default: TURNPIKE_ADMIN_KEY, else that of "npm start")',
    )
    .addOption(
      new Option(
        '--key <key>',
        'admin key; everybody on this machine can read it while the command runs: better use a variable or a file',
      ).conflicts('keyFile'),
    )
    .addHelpText('after', helpText(help));
}

function helpText({ notes, examples, done, failed = FAILED, interrupted }: CommandHelp): string {
  const exits = [
    `  0  ${done}`,
    `  1  ${failed}`,
    '  2  wrong options, or no admin key is known',
    ...(interrupted === undefined ? [] : [`130  ${interrupted}`]),
  ];
  const sections = [
    ...(notes === undefined ? [] : [notes]),
    `Examples:\n${examples.map((example) => `  $ npx turnpike ${example}`).join('\n')}`,
    `Exit codes:\n${exits.join('\n')}`,
  ];
  return `\n${sections.join('\n\n')}`;
}

/** The admin API that the options, the environment or the development stack name. */
export function adminApi(options: ServerOptions): AdminClient {
  const url = serverUrl(options.url);
  return new AdminClient(url, adminKey(options, url));
}
