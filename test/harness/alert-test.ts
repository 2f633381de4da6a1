import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { AlertWatch } from '../../src/operator-alerts/alert-watch.js';
import { SecretUses } from '../../src/signature/secret-uses.js';
import { adminTest } from './admin-test.js';
import { TestApp } from './app.js';
import { SmtpStandIn } from './smtp-stand-in.js';
import type { StoreWatch } from './store-watch.js';
import { WEBHOOK_SECRET, WebhookStandIn } from './webhook-stand-in.js';

export const OPERATOR = 'on-call@platform.example.com';

/** An alert as the admin API shows it, as far as tests look at it. */
export interface ShownAlert {
  id: string;
  kind: string;
  subject: string;
  state: string;
  text: string;
  occurrences: number;
  openings: number;
  acknowledgedBy: string | null;
  note: string | null;
  resolvedAt: string | null;
}

/** A row of `alert_webhook`, as far as tests look at it. */
export interface WebhookRow {
  id: string;
  webhook_id: string;
  status: string;
  attempts: number;
  last_error: string | null;
}

/** Passes are made only when a test asks for one: the schedule of its database stands still after each. */
export async function stopSchedule(watch: StoreWatch): Promise<void> {
  await watch.query(`
    CREATE FUNCTION test_stand_still() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.passes > OLD.passes THEN NEW.next_pass_at = 'infinity'; END IF;
      RETURN NEW;
    END $$`);
  await watch.query(`
    CREATE TRIGGER test_stand_still BEFORE UPDATE ON alert_schedule
    FOR EACH ROW EXECUTE FUNCTION test_stand_still()`);
  await watch.query(`UPDATE alert_schedule SET next_pass_at = 'infinity'`);
}

/** The variables of an application that tells of alerts by webhook, without TLS, and by mail. */
export const alertEnvironment = (smtp: SmtpStandIn, receiver: WebhookStandIn): Record<string, string> => ({
  NODE_ENV: 'development',
  MAIL_URL: smtp.url,
  MAIL_FROM: 'turnpike@platform.example.com',
  ALERT_EMAIL: OPERATOR,
  ALERT_WEBHOOK_URL: receiver.url,
  ALERT_WEBHOOK_SECRET: WEBHOOK_SECRET,
  ALERT_WEBHOOK_TIMEOUT_MS: '60000', // no test but one waits for it
});

/** An application whose alerts go to a real SMTP server and a real receiver of webhooks; each test begins without any. */
export function alertTest(features: Type[] = [], env: Record<string, string> = {}) {
  let smtp: SmtpStandIn;
  let receiver: WebhookStandIn;
  const others: TestApp[] = [];
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'turnpike-alerts-'));
  // Read when the application starts, which is after the servers did.
  const variables: Record<string, string> = { DATA_DIR: dataDir };
  beforeAll(async () => {
    [smtp, receiver] = await Promise.all([SmtpStandIn.start(), WebhookStandIn.start()]);
    Object.assign(variables, alertEnvironment(smtp, receiver), env);
  });
  const admin = adminTest(features, variables);
  beforeAll(async () => {
    for (const table of ['alert', 'alert_webhook', 'alert_schedule', 'outgoing_mail', 'signing_secret'])
      await admin.watch.alsoWatch(table);
    await stopSchedule(admin.watch);
  });
  beforeEach(async () => {
    await admin.watch.query(`DELETE FROM handler_run WHERE status = 'dead'`);
    await admin.watch.query('TRUNCATE alert, alert_webhook, outgoing_mail, failure_group');
    await admin.watch.query(`UPDATE alert_schedule SET next_message_at = '-infinity'`);
    receiver.received.length = 0;
    smtp.accepted.length = 0;
  });
  afterEach(async () => {
    // Whatever the test left on its way would arrive in the next one.
    receiver.behaviour = () => 'accept';
    smtp.behaviour = () => 'accept';
    receiver.release();
    for (const table of ['alert_webhook', 'outgoing_mail']) {
      await admin.watch.query(`UPDATE ${table} SET due_at = clock_timestamp() WHERE status = 'waiting'`);
      await admin.watch.until(
        `SELECT FROM ${table} WHERE status = 'waiting'`,
        [],
        (rows) => rows.length === 0,
      );
    }
    await Promise.all(others.splice(0).map((app) => app.stop()));
  });
  afterAll(async () => {
    await Promise.all([smtp.stop(), receiver.stop()]);
    rmSync(dataDir, { recursive: true, force: true });
  });

  const test = {
    admin,
    get smtp() {
      return smtp;
    },
    get receiver() {
      return receiver;
    },
    get watch() {
      return admin.watch;
    },
    /** Another process on the same database and queue; ends with the test. */
    startAnother: async (more: Record<string, string> = {}): Promise<TestApp> => {
      const options = admin.options();
      const app = await TestApp.start({ ...options, env: { ...options.env, ...more } });
      others.push(app);
      return app;
    },
    /** Has one pass made, for which all these workers compete. */
    pass: async (apps: TestApp[] = [admin.app]): Promise<void> => {
      const [row] = await admin.watch.query<{ passes: string }>(
        `UPDATE alert_schedule SET next_pass_at = '-infinity' RETURNING passes`,
      );
      await Promise.all(apps.map((app) => app.nest.get(AlertWatch, { strict: false }).look()));
      await admin.watch.until<{ passes: string }>('SELECT passes FROM alert_schedule', [], ([now]) => {
        return Number(now?.passes) > Number(row?.passes);
      });
    },
    /** Stands for the time until the next message may be sent. */
    intervalPasses: () => admin.watch.query(`UPDATE alert_schedule SET next_message_at = '-infinity'`),
    /** Stands for the time until the next attempt, or until the lease of a dead worker has ended. */
    retryIsDue: () =>
      admin.watch.query(`UPDATE alert_webhook SET due_at = clock_timestamp() WHERE status = 'waiting'`),
    /** Has the uses of secrets written down that were counted so far. */
    usesWritten: (app = admin.app) => app.nest.get(SecretUses, { strict: false }).write(),
    /** Adds runs that are dead with this error. */
    addDead: (handler: string, fingerprint: string, runs: number): Promise<unknown> =>
      admin.watch.query(
        `INSERT INTO handler_run (event_id, event_created, handler_id, status, attempts, sweep_at, failed_at,
                                  first_failed_at, error_fingerprint, last_error)
         SELECT 'evt_' || $1 || '_' || $2 || '_' || gen_random_uuid(), now(), $1, 'dead', 1, now(), clock_timestamp(),
                now(), $2, 'No such customer: Jane Doe <jane@example.com>'
         FROM generate_series(1, $3::int)`,
        [handler, fingerprint, runs],
      ),
    /** The alerts in any state, oldest first. */
    alerts: async (query = 'state=all'): Promise<ShownAlert[]> => {
      const { body } = await admin.call<{ data: ShownAlert[] }>('GET', `alerts?${query}`);
      return body.data.toReversed();
    },
    /** How many messages were put into the outboxes. */
    messages: async (): Promise<{ mails: number; webhooks: number }> => {
      const [row] = await admin.watch.query<{ mails: number; webhooks: number }>(
        `SELECT (SELECT count(*)::int FROM outgoing_mail) AS mails,
                (SELECT count(*)::int FROM alert_webhook) AS webhooks`,
      );
      return { mails: row?.mails ?? 0, webhooks: row?.webhooks ?? 0 };
    },
    /** Waits until the outgoing webhooks are like this. */
    webhooksUntil: (done: (rows: WebhookRow[]) => boolean): Promise<WebhookRow[]> =>
      admin.watch.until<WebhookRow>('SELECT * FROM alert_webhook ORDER BY id', [], done),
    /** The texts of the nth webhook's alerts, with what happened to each. */
    told: async (number: number): Promise<string[]> => {
      await receiver.until(() => receiver.received.length >= number);
      const { alerts = [] } = receiver.received[number - 1]?.body.data ?? {};
      return alerts.map(({ change, subject }) => `${String(change)} ${String(subject)}`);
    },
  };
  return test;
}
