import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inheritedEnvironment } from '../config/env.js';
import { runCommand } from './command.js';
import type { DataFolder } from './data-folder.js';
import { step } from './progress.js';
import { redisDownloadScript } from './redis-download.js';
import { serverEnvironment } from './server-environment.js';

/** A Redis (or Valkey) server program that runs on this machine. */
export interface RedisProgram {
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
}

const oldestMajorVersion = 5;

/**
 * In this order: `REDIS_SERVER`, the one installed here, the one fetched before, one fetched now.
 *
 * @throws when there is none, with what to do
 */
export async function findRedis(folder: DataFolder, signal?: AbortSignal): Promise<RedisProgram> {
  const cache = cacheFolder(folder);
  const known = installed() ?? fetched(cache);
  if (known) return known;
  let why = '';
  if (process.platform === 'linux' && onPath('apt-get') && onPath('dpkg')) {
    try {
      await step(folder.log, `Fetching Redis into ${cache} (once)`, () => fetchRedis(folder, cache, signal));
    } catch (error) {
      signal?.throwIfAborted();
      why = `\nFetching it failed: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  const now = fetched(cache);
  if (now) return now;
  throw new Error(
    `No Redis server on this machine: ${process.platform === 'darwin' ? 'brew install redis' : 'install redis-server'}, ` +
      'name one with REDIS_SERVER=/path/to/redis-server, ' +
      `or set REDIS_URL, for example after: docker run -d -p 6379:6379 redis:7${why}`,
  );
}

function installed(): RedisProgram | undefined {
  const { REDIS_SERVER } = inheritedEnvironment();
  if (REDIS_SERVER) {
    const given = usable(REDIS_SERVER);
    if (!given)
      throw new Error(`REDIS_SERVER is not a Redis server of version ${oldestMajorVersion} or newer`);
    return given;
  }
  const places = ['/opt/homebrew/bin/redis-server', '/usr/local/bin/redis-server'];
  return [onPath('redis-server'), onPath('valkey-server'), ...places]
    .map((place) => usable(place))
    .find(Boolean);
}

function fetched(cache: string): RedisProgram | undefined {
  const libraries = `${cache}/usr/lib`;
  if (!existsSync(libraries)) return undefined;
  const platformFolders = readdirSync(libraries).filter((name) => name.endsWith('-linux-gnu'));
  return usable(`${cache}/usr/bin/redis-server`, {
    LD_LIBRARY_PATH: platformFolders.map((name) => path.join(libraries, name)).join(':'),
  });
}

function usable(program: string | undefined, env: NodeJS.ProcessEnv = {}): RedisProgram | undefined {
  if (!program || !existsSync(program)) return undefined;
  const fullEnv = serverEnvironment(env);
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8', env: fullEnv });
  const version = Number(/(?:Redis|Valkey) server v=(\d+)/i.exec(stdout ?? '')?.[1]);
  return version >= oldestMajorVersion ? { path: program, env: fullEnv } : undefined;
}

const onPath = (program: string): string | undefined =>
  spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout?.trim() || undefined;

/** One for all checkouts of this user; in the data folder where the user has no home. */
function cacheFolder(folder: DataFolder): string {
  const { XDG_CACHE_HOME } = inheritedEnvironment();
  const cache = path.join(XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'turnpike');
  try {
    mkdirSync(cache, { recursive: true });
    return path.join(cache, 'redis');
  } catch {
    return path.join(folder.path, 'redis-program');
  }
}

/** Into a temporary folder that is renamed at the end: whoever finds the cache finds it complete. */
async function fetchRedis(folder: DataFolder, cache: string, signal?: AbortSignal): Promise<void> {
  const unfinished = mkdtempSync(`${cache}.`);
  try {
    await runCommand(
      folder,
      { program: 'sh', args: ['-c', redisDownloadScript, 'fetch', unfinished] },
      signal,
    );
    if (fetched(cache)) return; // a second process was faster
    rmSync(cache, { recursive: true, force: true });
    renameSync(unfinished, cache);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
