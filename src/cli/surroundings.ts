import { existsSync } from 'node:fs';
import { cliEnvironment } from '../config/cli-env.js';
import { developmentSettings, runningServices } from '../embedded/development-settings.js';
import { CliError, exitCodes } from './cli-error.js';

/** Where to find what a command needs: the environment first, then the development stack of this folder. */

const usageError = (message: string) => new CliError(message, exitCodes.usage);

/** The store to read or migrate. */
export function databaseUrl(): string {
  const { databaseUrl: given, dataDir } = cliEnvironment();
  const url = given ?? runningServices(dataDir)?.databaseUrl;
  if (url) return url;
  throw usageError('no database: set DATABASE_URL, or run "npm start" in another terminal');
}

/** The server that receives events, without a trailing slash. */
export function serverUrl(given: string | undefined): string {
  if (given === undefined)
    return `http://127.0.0.1:${runningServices(cliEnvironment().dataDir)?.port ?? 4242}`;
  if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol)) {
    throw usageError(`--url ${given} is not a URL. Example: --url http://127.0.0.1:4242`);
  }
  return given.replace(/\/+$/, '');
}

/** Whose secrets can sign: each has a variable of its own. */
const variables = {
  direct: 'STRIPE_DIRECT_WEBHOOK_SECRETS',
  connect: 'STRIPE_CONNECT_WEBHOOK_SECRETS',
  issuing: 'STRIPE_ISSUING_WEBHOOK_SECRETS',
  app: 'STRIPE_APP_SECRETS',
} as const;

type Signer = keyof typeof variables;

/** The secret that signs events for an endpoint, or requests of the app. */
export function signingSecret(signer: Signer, given: string | undefined): string {
  const environment = cliEnvironment();
  const secret = given ?? environment[`${signer}Secret`] ?? generated(environment.dataDir, signer);
  if (secret) return secret;
  throw usageError(
    `no signing secret: give --secret, set ${variables[signer]}, or run "npm start" once, which makes one`,
  );
}

/** What `npm start` made; a folder that it never used gets no secrets from here. */
const generated = (dataDir: string, signer: Signer): string | undefined =>
  existsSync(dataDir) ? developmentSettings(dataDir)[variables[signer]] : undefined;
