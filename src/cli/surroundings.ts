import { existsSync } from 'node:fs';
import { type CliEnvironment, cliEnvironment } from '../config/cli-env.js';
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

/** The secret that signs events for an endpoint. */
export function signingSecret(endpoint: 'direct' | 'connect', given: string | undefined): string {
  const environment = cliEnvironment();
  const variable = endpoint === 'direct' ? 'STRIPE_DIRECT_WEBHOOK_SECRETS' : 'STRIPE_CONNECT_WEBHOOK_SECRETS';
  const secret = given ?? configured(environment, endpoint) ?? generated(environment.dataDir, variable);
  if (secret) return secret;
  throw usageError(
    `no signing secret: give --secret, set ${variable}, or run "npm start" once, which makes one`,
  );
}

const configured = ({ directSecret, connectSecret }: CliEnvironment, endpoint: 'direct' | 'connect') =>
  endpoint === 'direct' ? directSecret : connectSecret;

/** What `npm start` made; a folder that it never used gets no secrets from here. */
function generated(
  dataDir: string,
  variable: 'STRIPE_DIRECT_WEBHOOK_SECRETS' | 'STRIPE_CONNECT_WEBHOOK_SECRETS',
): string | undefined {
  return existsSync(dataDir) ? developmentSettings(dataDir)[variable] : undefined;
}
