import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ownerOf } from './folder-lock.js';
import { readJson, writeJson } from './json-file.js';

const secret = (prefix: string) => `${prefix}_${randomBytes(24).toString('hex')}`;

const generators = {
  STRIPE_DIRECT_WEBHOOK_SECRETS: () => secret('whsec'),
  STRIPE_CONNECT_WEBHOOK_SECRETS: () => secret('whsec'),
  STRIPE_ISSUING_WEBHOOK_SECRETS: () => secret('whsec'),
  STRIPE_APP_SECRETS: () => secret('absec'),
  ADMIN_BOOTSTRAP_KEY: () => secret('tpk'),
};

/** Variables that `npm start` generates, by name. */
export type DevelopmentSettings = Record<keyof typeof generators, string>;

/**
 * The secrets of this development installation: generated once, then always the same.
 *
 * @param dataDir - the folder that keeps them, in a file only its owner can read
 * @example const config = loadConfig({ ...developmentSettings('.data'), ...process.env });
 */
export function developmentSettings(dataDir: string): DevelopmentSettings {
  const file = path.join(dataDir, 'development.json');
  const known = readJson<Partial<DevelopmentSettings>>(file);
  const names = Object.keys(generators) as (keyof DevelopmentSettings)[];
  const settings = Object.fromEntries(
    names.map((name) => [name, known?.[name] ?? generators[name]()]),
  ) as DevelopmentSettings;
  if (names.every((name) => known?.[name])) return settings;
  mkdirSync(dataDir, { recursive: true });
  if (known) writeJson(file, { ...known, ...settings });
  else if (!createJson(file, settings)) return developmentSettings(dataDir);
  return settings;
}

/** Where a running `npm start` serves, for tools in a second terminal. */
export interface RunningServices {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly port: number;
}

const runningFile = (dataDir: string) => path.join(dataDir, 'running.json');

/** What `npm start` runs on this data folder; `undefined` when it is not running. */
export function runningServices(dataDir: string): RunningServices | undefined {
  return ownerOf(dataDir) && readJson<RunningServices>(runningFile(dataDir));
}

/** For the process that has the folder: says where it serves. `undefined`: not any more. */
export function announceServices(dataDir: string, services: RunningServices | undefined): void {
  if (services) writeJson(runningFile(dataDir), services);
  else rmSync(runningFile(dataDir), { force: true });
}

/** Writes the file unless there is one; `false` when a second process was faster. */
function createJson(file: string, content: unknown): boolean {
  const unfinished = `${file}.new-${process.pid}`;
  writeJson(unfinished, content);
  try {
    linkSync(unfinished, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(unfinished, { force: true });
  }
}
