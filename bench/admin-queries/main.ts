import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { migrate } from '../../src/database/migrate.js';
import { startEmbeddedServices } from '../../src/embedded/embedded-services.js';
import { readNumbers } from '../arguments.js';
import { fill, makeMonths } from './fill.js';
import { measureIngest } from './ingest.js';
import { compare } from './measure.js';
import { questions } from './questions.js';
import { type Compared, report } from './report.js';

readNumbers(
  'npm run bench:admin: pages of a small and a large store, and what the indexes cost. Two minutes; writes docs/benchmarks-admin.md.',
  {},
);
const SMALL = 20_000;
const LARGE = 2_000_000;
const BASE = 100_000;

const dir = mkdtempSync(path.join(os.tmpdir(), 'turnpike-bench-'));
const servers = await startEmbeddedServices({
  dir,
  temporary: true,
  database: 'turnpike',
  only: ['postgres'],
});

/** A database of its own, filled. */
async function filled(name: string, events: number): Promise<Client> {
  const server = new Client({ connectionString: servers.databaseUrl });
  await server.connect();
  await server.query(`CREATE DATABASE ${name}`);
  await server.end();
  const url = new URL(servers.databaseUrl);
  url.pathname = `/${name}`;
  await migrate(url.href);
  const db = new Client({ connectionString: url.href });
  await db.connect();
  await makeMonths(db, new Date());
  console.log(`filling ${events} events`);
  await fill(db, events);
  return db;
}

try {
  await (await filled('base', BASE)).end();
  const ingest = await measureIngest(servers.databaseUrl, 'base');
  console.table(ingest);

  const small = await filled('small', SMALL);
  const large = await filled('large', LARGE);
  const compared: Compared[] = [];
  const inLarge = questions(LARGE);
  for (const deep of [false, true]) {
    for (const [name, filter] of Object.entries(questions(SMALL))) {
      const answers = await compare({ db: small, filter }, { db: large, filter: inLarge[name] ?? {} }, deep);
      compared.push({ name, deep, ...answers });
      console.log(deep ? 'deep' : 'first', name, answers.small.ms, answers.large.ms, answers.ratio);
    }
  }
  const { rows } = await small.query<{ server_version: string }>('SHOW server_version');
  const sizes = { small: SMALL, large: LARGE, postgres: rows[0]?.server_version ?? '' };
  writeFileSync('docs/benchmarks-admin.md', await report(compared, ingest, sizes));
  await small.end();
  await large.end();
} finally {
  await servers.stop();
}
