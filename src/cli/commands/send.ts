import { type Command, Option } from 'commander';
import { CliError, exitCodes } from '../cli-error.js';
import { positiveNumber, wholeNumber } from '../option-values.js';
import { print, printJson } from '../output.js';
import { AnswerTally } from '../sending/answer-tally.js';
import { outcomeOf } from '../sending/decision-text.js';
import { deliverAll, nobodyListens } from '../sending/delivery-run.js';
import { deliveryProgress } from '../sending/delivery-progress.js';
import { type EventSource, eventsFromFile, generatedEvents, knownTypes } from '../sending/event-source.js';
import {
  addAuthorizationOptions,
  AUTHORIZATION_REQUEST,
  type AuthorizationOptions,
  authorizationRequests,
  refuseAuthorizationOptions,
} from '../sending/authorization-source.js';
import { reportJson, reportText } from '../sending/send-report.js';
import { Sender } from '../sending/sender.js';
import { serverUrl, signingSecret } from '../surroundings.js';
import { addSendAppCommand } from './send-app.js';

const paths = {
  direct: '/webhook',
  connect: '/connect-webhook',
  both: '/webhooks',
  issuing: '/issuing/authorizations',
} as const;

interface SendOptions extends AuthorizationOptions {
  account?: string;
  livemode?: boolean;
  count: number;
  rate?: number;
  duplicate?: boolean;
  file?: string;
  url?: string;
  secret?: string;
  endpoint?: keyof typeof paths;
  concurrency: number;
  json?: boolean;
}

const help = `
Examples:
  $ npx turnpike send payment_intent.succeeded
  $ npx turnpike send account.updated --account acct_1Q2w3E4r5T6y7U8i
  $ npx turnpike send invoice.paid --count 1000 --rate 200
  $ npx turnpike send charge.refunded --duplicate
  $ npx turnpike send --file event.json --url http://127.0.0.1:4242
  $ npx turnpike send issuing_authorization.request --amount 4200 --mcc 5812
  $ npx turnpike send app session

Exit codes:
  0  every answer was a 2xx
  1  some were not, or the server did not answer
  2  nothing was sent: wrong options or no signing secret

Event types:
  ${knownTypes.join('\n  ')}`;

/** Adds `turnpike send`: signs events as Stripe does and posts them. */
export function addSendCommand(program: Command): void {
  const command = program
    .command('send')
    .enablePositionalOptions()
    .description('sign events as Stripe does and post them')
    .argument('[type]', 'event type, e.g. payment_intent.succeeded; not needed with --file')
    .option('--account <acct>', 'connected account the events belong to')
    .option('--livemode', 'mark the events as live')
    .option('--count <n>', 'how many events', wholeNumber, 1)
    .option('--rate <n>', 'deliveries per second (default: as fast as they are answered)', positiveNumber)
    .option('--duplicate', 'deliver each event twice')
    .option('--file <path>', 'send the exact bytes of this file instead')
    .option('--url <base>', 'server (default: TURNPIKE_URL, else the running "npm start")')
    .option('--secret <secret>', 'signing secret (default: from the environment, else that of "npm start")')
    .addOption(
      new Option(
        '--endpoint <name>',
        'route to post to (default: issuing for requests to decide, connect for events of an account, else direct)',
      ).choices(Object.keys(paths)),
    )
    .option('--concurrency <n>', 'deliveries that wait for an answer at once', wholeNumber, 10)
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', help)
    .action(async (type: string | undefined, options: SendOptions) => {
      process.exitCode = await send(type, options);
    });
  addAuthorizationOptions(command);
  addSendAppCommand(command);
}

async function send(type: string | undefined, options: SendOptions): Promise<number> {
  const source = sourceOf(type, options);
  const sender = senderTo(source, options);
  const copies = options.duplicate ? 2 : 1;
  const eventIds = new Set<string>();
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const progress = deliveryProgress(options.count * copies, options.json === true);
  const started = performance.now();
  const bodies = bodiesOf(source, options.count, copies, eventIds);
  const tally = new AnswerTally(source.type === AUTHORIZATION_REQUEST ? outcomeOf : undefined);
  await deliverAll(sender, bodies, options, stop.signal, progress.advance, tally);
  progress.stop();
  sender.close();
  if (nobodyListens(tally)) {
    throw new CliError(`nothing listens on ${new URL(sender.url).origin}: start it with npm start`);
  }
  const seconds = (performance.now() - started) / 1_000;
  const report = { url: sender.url, type: source.type, eventIds: [...eventIds], tally, seconds };
  if (options.json) printJson(reportJson(report));
  else print(reportText(report));
  if (stop.signal.aborted) return exitCodes.interrupted;
  return tally.allGood ? exitCodes.done : exitCodes.failed;
}

function sourceOf(
  type: string | undefined,
  { file, account, livemode, ...options }: SendOptions,
): EventSource {
  const choices = { account, livemode };
  if (type === AUTHORIZATION_REQUEST && file === undefined) return authorizationRequests(choices, options);
  refuseAuthorizationOptions(options);
  if (file === undefined) {
    if (type !== undefined) return generatedEvents(type, choices);
    throw new CliError('name an event type, e.g. payment_intent.succeeded, or give --file', exitCodes.usage);
  }
  if (account !== undefined || livemode) {
    throw new CliError('--file is sent as it is: leave out --account and --livemode', exitCodes.usage);
  }
  const source = eventsFromFile(file);
  if (type === undefined || type === source.type) return source;
  throw new CliError(`${file} holds an event of type ${source.type}, not ${type}`, exitCodes.usage);
}

function senderTo({ type, account }: EventSource, options: SendOptions): Sender {
  const implied = account === undefined ? 'direct' : 'connect';
  const endpoint = options.endpoint ?? (type === AUTHORIZATION_REQUEST ? 'issuing' : implied);
  const url = serverUrl(options.url) + paths[endpoint];
  const secret = signingSecret(endpoint === 'both' ? implied : endpoint, options.secret);
  return new Sender(url, secret, options.concurrency);
}

/** The bodies to post, made one by one as they are taken; notes the ids of their events. */
function* bodiesOf(
  source: EventSource,
  count: number,
  copies: number,
  ids: Set<string>,
): Generator<Buffer, void> {
  for (let made = 0; made < count; made += 1) {
    const { id, body } = source.next();
    ids.add(id);
    for (let copy = 0; copy < copies; copy += 1) yield body;
  }
}
