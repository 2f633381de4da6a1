import { existsSync, readFileSync } from 'node:fs';
import { cliEnvironment } from '../config/cli-env.js';
import {
  type DevelopmentSettings,
  developmentSettings,
  runningServices,
} from '../embedded/development-settings.js';
import { CliError, exitCodes } from './cli-error.js';

/** Where to find what a command needs: the environment first, then the development stack of this folder. */

const usageError = (message: string) => new CliError(message, exitCodes.usage);

/** The database to migrate. */
export function databaseUrl(): string {
  const { databaseUrl: given, dataDir } = cliEnvironment();
  const url = given ?? runningServices(dataDir)?.databaseUrl;
  if (url) return url;
  throw usageError('no database: set DATABASE_URL, or run "npm start" in another terminal');
}

/** The server, without a trailing slash. */
export function serverUrl(option: string | undefined): string {
  const { url: variable, dataDir } = cliEnvironment();
  const given = option ?? variable;
  if (given === undefined) return `http://127.0.0.1:${runningServices(dataDir)?.port ?? 4242}`;
  const name = option === undefined ? 'TURNPIKE_URL=' : '--url ';
  if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol)) {
    throw usageError(`${name}${given} is not a URL. Example: ${name}http://127.0.0.1:4242`);
  }
  const { username, password } = new URL(given);
  if (username || password) throw usageError(`${name.trim()} must not hold a user or a password`);
  return given.replace(/\/+$/, '');
}

/** An admin key, and where it was found. */
export interface AdminKey {
  readonly value: string;
  readonly origin: string;
}

/**
 * The key for the admin API of a server.
 *
 * @param server - only a server on this machine is shown its own first key, such as the one that `npm start` made
 */
export function adminKey(options: { key?: string; keyFile?: string }, server: string): AdminKey {
  const found = givenKey(options) ?? localKey(server);
  if (!found) {
    throw usageError(
      'no admin key: set TURNPIKE_ADMIN_KEY or give --key-file; for a server on this machine, "npm start" makes one',
    );
  }
  if (/^[\x21-\x7e]+$/.test(found.value)) return found;
  throw usageError(
    `${found.origin} does not hold an admin key: a key is one line of letters, digits and signs`,
  );
}

function givenKey({ key, keyFile }: { key?: string; keyFile?: string }): AdminKey | undefined {
  if (key !== undefined) return { value: key, origin: '--key' };
  if (keyFile !== undefined) return { value: contentOf(keyFile), origin: `--key-file ${keyFile}` };
  const { adminKey: variable } = cliEnvironment();
  return variable === undefined ? undefined : { value: variable, origin: 'TURNPIKE_ADMIN_KEY' };
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new CliError(`cannot read --key-file: ${(cause as Error).message}`, exitCodes.usage, { cause });
  }
}

function localKey(server: string): AdminKey | undefined {
  if (!/^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(new URL(server).hostname)) return undefined;
  const { bootstrapKey, dataDir } = cliEnvironment();
  if (bootstrapKey !== undefined) return { value: bootstrapKey, origin: 'ADMIN_BOOTSTRAP_KEY' };
  const value = generated(dataDir, 'ADMIN_BOOTSTRAP_KEY');
  return value === undefined ? undefined : { value, origin: `the development settings in ${dataDir}` };
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
  const secret = given ?? environment[`${signer}Secret`] ?? generated(environment.dataDir, variables[signer]);
  if (secret) return secret;
  throw usageError(
    `no signing secret: give --secret, set ${variables[signer]}, or run "npm start" once, which makes one`,
  );
}

/** What `npm start` made; a folder that it never used gets no secrets from here. */
const generated = (dataDir: string, name: keyof DevelopmentSettings): string | undefined =>
  existsSync(dataDir) ? developmentSettings(dataDir)[name] : undefined;
