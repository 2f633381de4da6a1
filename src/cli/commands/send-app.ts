import { type Command, InvalidArgumentError } from 'commander';
import { signedRequest } from '../../event-factories/signed-request.js';
import { CliError, exitCodes } from '../cli-error.js';
import { print, printJson } from '../output.js';
import { answerText } from '../sending/send-report.js';
import type { Answer } from '../sending/sender.js';
import { serverUrl, signingSecret } from '../surroundings.js';

const TIMEOUT_MS = 90_000;

type Json = Record<string, unknown>;

interface SendAppOptions {
  payload?: Json;
  user: string;
  account: string;
  role?: string[];
  identityOnly?: boolean;
  url?: string;
  secret?: string;
  json?: boolean;
}

const help = `
Signs like fetchStripeSignature(payload), or with --identity-only like fetchStripeSignature(), and posts the request
as the UI extension of a Stripe App does. Stripe would sign only roles that the user has; here, any are signed.

Examples:
  $ npx turnpike send account.application.authorized --account acct_local
  $ npx turnpike send app session
  $ npx turnpike send app customers --payload '{"email":"jenny@example.com"}'
  $ npx turnpike send app payment-intents --payload '{"amount":500,"currency":"eur"}' --role admin

The first of them installs the app on the account: requests for other accounts are refused.

Exit codes:
  0  the answer was a 2xx
  1  it was not, or the server did not answer
  2  nothing was sent: wrong options or no signing secret`;

/** Adds `turnpike send app`: signs a request of a Stripe App's UI extension and posts it. */
export function addSendAppCommand(send: Command): void {
  send
    .command('app')
    .description("sign a request of a Stripe App's UI extension and post it")
    .argument('<route>', 'route under /app, e.g. session or customers/list')
    .option('--payload <json>', 'fields of the body, e.g. \'{"email":"jenny@example.com"}\'', jsonObject)
    .option('--user <usr>', 'Dashboard user who asks', 'usr_local')
    .option('--account <acct>', 'account of the user', 'acct_local')
    .option('--role <id>', 'built-in role of the user, e.g. admin; may be repeated', collect)
    .option('--identity-only', 'sign only who asks, and not the payload')
    .option('--url <base>', 'server (default: TURNPIKE_URL, else the running "npm start")')
    .option('--secret <secret>', 'signing secret (default: from the environment, else that of "npm start")')
    .option('--json', 'print the outcome as JSON')
    .addHelpText('after', help)
    .action(async (route: string, options: SendAppOptions) => {
      process.exitCode = await sendApp(route, options);
    });
}

async function sendApp(route: string, options: SendAppOptions): Promise<number> {
  const url = `${serverUrl(options.url)}/app/${route.replace(/^\/?(app\/)?/, '')}`;
  const { body, signed } = contentOf(options);
  const { headers } = signedRequest({ body: signed, secret: signingSecret('app', options.secret) });
  const answer = await post(url, body, headers['Stripe-Signature'] ?? '');
  if (answer.status === undefined && answer.reason === 'ECONNREFUSED') {
    throw new CliError(`nothing listens on ${new URL(url).origin}: start it with npm start`);
  }
  if (options.json) printJson({ url, sent: body, signed, ...answer });
  else {
    const request = signed === body ? body : `${body} (signed: ${signed})`;
    print([`${request} → ${url}`, answerText(answer), ...adviceFor(answer, options)].join('\n'));
  }
  return answer.status !== undefined && answer.status < 300 ? exitCodes.done : exitCodes.failed;
}

/** What is sent, and which part of it is signed. */
function contentOf({ payload, user, account, role, identityOnly }: SendAppOptions): {
  body: string;
  signed: string;
} {
  const roles = role?.map((id) => ({ id, name: id, type: 'builtIn' }));
  const identity = { user_id: user, account_id: account };
  const body = JSON.stringify({ ...payload, ...(roles && { stripe_roles: roles }), ...identity });
  return { body, signed: identityOnly ? JSON.stringify(identity) : body };
}

/** By `fetch`, as the UI extension does it. */
async function post(url: string, body: string, signature: string): Promise<Answer> {
  const headers = { 'Content-Type': 'application/json', 'Stripe-Signature': signature };
  const started = performance.now();
  const ms = () => performance.now() - started;
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { method: 'POST', headers, body, signal });
    return { status: response.status, body: await response.text(), ms: ms() };
  } catch (error) {
    const { cause, message } = error as Error & { cause?: NodeJS.ErrnoException };
    return { reason: cause?.code ?? message, ms: ms() };
  }
}

const adviceFor = (answer: Answer, { account }: SendAppOptions): string[] =>
  answer.status !== undefined && answer.body.includes('"app_not_installed"')
    ? [`Install it: npx turnpike send account.application.authorized --account ${account}`]
    : [];

function jsonObject(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  } catch {
    // Said below, for what is JSON but no object, too.
  }
  throw new InvalidArgumentError('It must be a JSON object.');
}

const collect = (value: string, earlier: string[] = []): string[] => [...earlier, value];
