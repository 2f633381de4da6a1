import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createEvent } from '../src/event-factories/create-event.js';
import { deliver } from './harness/app.js';
import { createDatabase, redisUrl, type TestDatabase, uniquePrefix } from './harness/stack.js';
import { StoreWatch } from './harness/store-watch.js';

/** Node itself then refuses to write anywhere else, as a read-only file system would. */
const permission = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';
const writingOnlyTo = (...folders: string[]) => [
  permission,
  '--allow-fs-read=*',
  ...folders.map((folder) => `--allow-fs-write=${folder}`),
];

/** What the built program says, which runs as it does in the image. */
describe('the built program, where nothing may be written', () => {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'turnpike-data-'));
  const lines: string[] = [];
  let database: TestDatabase;
  let watch: StoreWatch;
  let env: Record<string, string>;
  let program: ChildProcess;

  beforeAll(async () => {
    database = await createDatabase();
    watch = await StoreWatch.open(database.url);
    await watch.alsoWatch('outgoing_mail');
    env = {
      PATH: process.env.PATH ?? '',
      NODE_ENV: 'production',
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      DATABASE_URL: database.url,
      REDIS_URL: redisUrl(),
      QUEUE_PREFIX: uniquePrefix(),
      PROCESS_MODE: 'test',
      STRIPE_DIRECT_WEBHOOK_SECRETS: 'whsec_direct',
      STRIPE_CONNECT_WEBHOOK_SECRETS: 'whsec_connect',
      STRIPE_ISSUING_WEBHOOK_SECRETS: 'whsec_issuing',
    };
  });
  afterAll(async () => {
    program.kill('SIGKILL');
    await watch.close();
    await database.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('migrates', async () => {
    const args = [...writingOnlyTo(), 'dist/src/cli/main.js', 'migrate'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    expect(stdout).toBe('the schema is current\n');
  });

  it('but in DATA_DIR receives, handles, sends mail and stops in order', async () => {
    program = spawn(process.execPath, [...writingOnlyTo(`${dataDir}/*`), 'dist/src/main.js'], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { stdout, stderr } = program;
    if (!stdout || !stderr) throw new Error('The program has no output');
    stderr.on('data', (text: Buffer) => lines.push(text.toString()));
    const url = await new Promise<string>((resolve, reject) => {
      createInterface({ input: stdout }).on('line', (line) => {
        lines.push(line);
        const { msg, url: listening } = JSON.parse(line) as { msg: string; url?: string };
        if (msg === 'listening' && listening) resolve(listening);
      });
      program.once('exit', () => reject(new Error(lines.join('\n'))));
    });
    const event = createEvent('account.application.authorized', { account: 'acct_1' });
    const delivery = { event, path: '/connect-webhook', secret: 'whsec_connect' };
    expect((await deliver(url, delivery)).status).toBe(200);
    const runs = await watch.untilFinished([event.id]);
    expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(['succeeded']));
    await watch.query(
      `INSERT INTO outgoing_mail (key, kind, message_id, recipient, subject, text_body, html_body)
       VALUES ('read-only', 'test', '<read-only@example.com>', 'holder@example.com', 'A', 'A', 'A')`,
    );
    await watch.until(`SELECT 1 FROM outgoing_mail WHERE status = 'sent'`, [], (rows) => rows.length === 1);
    program.kill('SIGTERM');
    expect(await once(program, 'exit')).toEqual([0, null]);
    expect(readdirSync(path.join(dataDir, 'mail'))).toHaveLength(1);
    expect(lines.filter((line) => /ERR_ACCESS_DENIED|EACCES|EROFS/.test(line))).toEqual([]);
  }, 120_000);
});
