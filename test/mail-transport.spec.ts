import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import PostalMime from 'postal-mime';
import { ConfigurationError, loadConfig } from '../src/config/env.js';
import { testEnvironment } from './harness/app.js';
import { AppProcess } from './harness/app-process.js';
import { createDatabase, redisUrl, type TestDatabase, uniquePrefix } from './harness/stack.js';
import { StoreWatch } from './harness/store-watch.js';

const BODY = 'MARKERbody';
const RECIPIENT = 'MARKERrecipient@shop.example.com';
const PASSWORD = 'MARKERpassword';

describe('a process that sends mail', () => {
  let database: TestDatabase;
  let watch: StoreWatch;
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'turnpike-mail-'));

  beforeAll(async () => {
    database = await createDatabase();
    watch = await StoreWatch.open(database.url);
    await watch.alsoWatch('outgoing_mail');
  });
  afterAll(async () => {
    await watch.close();
    await database.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const start = (env: Record<string, string>) =>
    AppProcess.start({
      databaseUrl: database.url,
      redisUrl: redisUrl(),
      prefix: uniquePrefix(),
      env: { LOG_LEVEL: 'trace', DATA_DIR: dataDir, ...env },
    });

  const put = (key: string) =>
    watch.query(
      `INSERT INTO outgoing_mail (key, kind, message_id, recipient, subject, text_body, html_body)
       VALUES ($1, 'test/../kind', '<fixed@example.com>', $2, $3, $3, $3)`,
      [key, RECIPIENT, BODY],
    );
  const until = (key: string, done: string) =>
    watch.until(
      `SELECT last_error FROM outgoing_mail WHERE key = $1 AND ${done}`,
      [key],
      ([row]) => row !== undefined,
    );

  it('without a server writes files that only its user may read, and logs where, not what', async () => {
    const app = await start({});
    await put('file');
    await until('file', `status = 'sent'`);
    // Another attempt of the same message writes the same file.
    await watch.query(
      `UPDATE outgoing_mail SET status = 'waiting', due_at = clock_timestamp() WHERE key = 'file'`,
    );
    await until('file', `status = 'sent' AND attempts = 2`);
    expect(await app.stop()).toBe(0);
    const folder = path.join(dataDir, 'mail');
    const [file = '', ...others] = readdirSync(folder);
    expect(others).toEqual([]);
    expect(statSync(path.join(folder, file)).mode & 0o777).toBe(0o600);
    const mail = await PostalMime.parse(readFileSync(path.join(folder, file)));
    expect(mail).toMatchObject({
      messageId: '<fixed@example.com>',
      subject: BODY,
      to: [{ address: RECIPIENT }],
    });
    expect(app.output).toContain(file);
    expect(app.output).not.toMatch(/MARKER/);
  });

  it('logs neither the password of the server nor whom it could not reach', async () => {
    const app = await start({
      MAIL_URL: `smtp://user:${PASSWORD}@127.0.0.1:1`,
      MAIL_FROM: 'payouts@platform.example.com',
    });
    await put('smtp');
    const [row] = await until('smtp', 'last_error IS NOT NULL');
    expect(JSON.stringify(row)).not.toMatch(/MARKER/);
    await app.says(/mail was not taken/);
    expect(await app.stop()).toBe(0);
    expect(app.output).toMatch(/"reason":"E(?:CONNECTION|SOCKET|CONNREFUSED)"/);
    expect(app.output).not.toMatch(/MARKER/);
  });
});

describe('the configuration of mail', () => {
  const problemsWith = (env: Record<string, string>): readonly string[] => {
    try {
      loadConfig({
        ...testEnvironment({ databaseUrl: 'postgres://h/d', redisUrl: 'redis://h', prefix: '{t}' }),
        ...env,
      });
      return [];
    } catch (error) {
      return (error as ConfigurationError).problems;
    }
  };
  const MAIL_FROM = 'a@b.example';

  it.each([
    [{ MAIL_URL: 'https://user:MARKER@smtp.example.com', MAIL_FROM }, 'MAIL_URL'],
    [{ MAIL_URL: 'smtp.example.com:MARKER', MAIL_FROM }, 'MAIL_URL'],
    [{ MAIL_URL: 'smtps://smtp.example.com' }, 'MAIL_FROM'],
    [{ MAIL_FROM: 'MARKER' }, 'MAIL_FROM'],
    [{ MAIL_FROM: 'A <a@b.example>\nBcc: c@d.example' }, 'MAIL_FROM'],
    [{ MAIL_FROM: 'a@b.example, c@d.example' }, 'MAIL_FROM'],
    [{ PLATFORM_ALERT_EMAIL: 'Operations <a@b.example>' }, 'PLATFORM_ALERT_EMAIL'],
  ])('%j is refused at boot, with an example and without the value', (env, name) => {
    const problems = problemsWith(env);
    expect(problems).toEqual([expect.stringContaining(`Example: ${name}=`)]);
    expect(problems.join()).not.toContain('MARKER');
  });

  it.each(['a@b.example', 'Harbour Platform <a@b.example>', 'Größe & Söhne <a@b.example>'])(
    'takes %s as the sender',
    (from) => expect(problemsWith({ MAIL_URL: 'smtp://127.0.0.1', MAIL_FROM: from })).toEqual([]),
  );
});
