import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { migrate } from '../../src/database/migrate.js';
import { startEmbeddedServices } from '../../src/embedded/embedded-services.js';
import { AppProcess } from '../../test/harness/app-process.js';
import { readNumbers } from '../arguments.js';
import { approves, measure, type Measured, SECRET } from './measure.js';
import { ASKING_CARD } from './no-op.js';
import { report } from './report.js';
import {
  blockCard,
  CARDS_OF_A_KIND,
  FILL_LEDGER,
  LEDGER_ROWS,
  NINE_RULES,
  RULES_FOR_ALL,
  RULES_OF_OTHER_CARDS,
} from './tables.js';

readNumbers(
  'npm run bench:issuing: decisions beside a route that does nothing. Writes docs/benchmarks-issuing.md.',
  {},
);
const dir = mkdtempSync(path.join(os.tmpdir(), 'turnpike-bench-'));
const servers = await startEmbeddedServices({ dir, temporary: true, database: 'turnpike' });
const db = new Client({ connectionString: servers.databaseUrl });
const results = new Map<string, Measured>();
try {
  await migrate(servers.databaseUrl);
  await db.connect();
  const app = await AppProcess.start(
    {
      databaseUrl: servers.databaseUrl,
      redisUrl: servers.redisUrl,
      prefix: '{bench}',
      env: {
        STRIPE_ISSUING_WEBHOOK_SECRETS: SECRET,
        ISSUING_DEFAULT: 'approve',
        DATA_DIR: path.join(dir, 'app'),
      },
    },
    '../bench/issuing/no-op.ts',
  );
  const run = async (name: string, cards = 'ic_bench_') => {
    const measured = await measure(app.url, (i) => `${cards}${i % CARDS_OF_A_KIND}`);
    results.set(name, measured);
    console.log(name, JSON.stringify(measured));
  };
  /** Waits until the application knows them. */
  const addRules = async (statements: string[]) => {
    const probe = `ic_probe_${results.size}`;
    for (const statement of [...statements, blockCard(probe)]) await db.query(statement);
    while (await approves(app.url, probe)) await sleep(50);
    await db.query(
      `UPDATE spending_rule SET enabled = false WHERE name = 'probe' AND scope_id <> '${probe}'`,
    );
  };

  await run('0 rules, empty ledger');
  await db.query(FILL_LEDGER);
  await db.query('VACUUM (ANALYZE) issuing_decision');
  await db.query('CHECKPOINT');
  await run('0 rules');
  await addRules(NINE_RULES);
  await run('10 rules');
  await run('10 rules, policy asks', ASKING_CARD);
  await addRules(RULES_OF_OTHER_CARDS);
  await run('1,000 rules');
  await addRules(RULES_FOR_ALL);
  await run('1,000 rules, all concerned');

  const { rows } = await db.query<{ server_version: string }>('SHOW server_version');
  const page = await report(results, { postgres: rows[0]?.server_version ?? '', ledgerRows: LEDGER_ROWS });
  writeFileSync('docs/benchmarks-issuing.md', page);
  console.log(page);
  await app.stop();
} finally {
  await db.end();
  await servers.stop();
}
