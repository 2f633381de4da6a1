import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { EmbeddedServices } from '../src/embedded/embedded-services.js';
import { alertEnvironment } from './harness/alert-test.js';
import { AppProcess } from './harness/app-process.js';
import { Roadblock } from './harness/roadblock.js';
import { SmtpStandIn } from './harness/smtp-stand-in.js';
import { startPrivateStack, uniquePrefix } from './harness/stack.js';
import { StoreWatch } from './harness/store-watch.js';
import { WebhookStandIn } from './harness/webhook-stand-in.js';

/** Processes of the whole application start here, one after another. */
jest.setTimeout(180_000);

describe('an alert', () => {
  let servers: EmbeddedServices;
  let watch: StoreWatch;
  let roadblock: Roadblock;
  let smtp: SmtpStandIn;
  let receiver: WebhookStandIn;
  const prefix = uniquePrefix();
  const workers: AppProcess[] = [];

  beforeAll(async () => {
    servers = await startPrivateStack();
    watch = await StoreWatch.open(servers.databaseUrl);
    for (const table of ['alert', 'alert_webhook', 'outgoing_mail']) await watch.alsoWatch(table);
    roadblock = await Roadblock.open(servers.databaseUrl);
    [smtp, receiver] = await Promise.all([SmtpStandIn.start(), WebhookStandIn.start()]);
  });
  afterEach(async () => {
    await roadblock.lift();
    receiver.release();
    receiver.behaviour = () => 'accept';
    receiver.received.length = 0;
    smtp.accepted.length = 0;
    await watch.query('TRUNCATE alert, alert_webhook, outgoing_mail');
    await watch.query('DELETE FROM handler_run');
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    await Promise.all([smtp.stop(), receiver.stop()]);
    await roadblock.close();
    await watch.close();
    await servers.stop();
  });

  const start = async () => {
    const { databaseUrl, redisUrl } = servers;
    const env = { ...alertEnvironment(smtp, receiver), ROLE: 'worker', PROCESS_MODE: 'both' };
    const worker = await AppProcess.start({ databaseUrl, redisUrl, prefix, env });
    workers.push(worker);
    return worker;
  };
  const die = () =>
    watch.query(
      `INSERT INTO handler_run (event_id, event_created, handler_id, status, sweep_at, failed_at, error_fingerprint)
       VALUES ('evt_1', now(), 'shop.fulfil', 'dead', now(), now(), 'aaaaaaaaaaaaaaaa')`,
    );
  const lookNow = () =>
    watch.query(`UPDATE alert_schedule SET next_pass_at = '-infinity', next_message_at = '-infinity'`);
  /** Stands for the time until the lease of a dead worker has ended. */
  const leaseEnds = () => watch.query(`UPDATE alert_webhook SET due_at = clock_timestamp()`);
  const outboxes = async () => {
    const [row] = await watch.query<{ mails: number; webhooks: number }>(
      `SELECT (SELECT count(*)::int FROM outgoing_mail) AS mails,
              (SELECT count(*)::int FROM alert_webhook) AS webhooks`,
    );
    return row;
  };
  const sent = async () => {
    await watch.until<{ status: string }>(
      `SELECT status FROM alert_webhook UNION ALL SELECT status FROM outgoing_mail`,
      [],
      (rows) => rows.length === 2 && rows.every(({ status }) => status === 'sent'),
    );
  };

  it('whose worker is killed before it commits is found and told by another', async () => {
    const worker = await start();
    await roadblock.lock('LOCK TABLE alert_webhook IN SHARE ROW EXCLUSIVE MODE');
    await die();
    await lookNow();
    await roadblock.untilWaiting(1, 'INSERT INTO alert_webhook');
    await worker.stop('SIGKILL');
    await roadblock.lift();
    expect(await watch.query('SELECT FROM alert')).toEqual([]);
    expect(await outboxes()).toEqual({ mails: 0, webhooks: 0 });
    await start();
    await lookNow();
    await sent();
    expect(receiver.received).toHaveLength(1);
    expect(smtp.accepted).toHaveLength(1);
  });

  it('whose worker is killed before it hears the answer, or before it records it, is told again with the same id', async () => {
    receiver.behaviour = () => 'hold';
    await die();
    await lookNow();
    await receiver.until(() => receiver.received.length === 1);
    // Else the mail might be on its way, too, and would wait for the end of its own lease.
    await watch.until<{ status: string }>(
      'SELECT status FROM outgoing_mail',
      [],
      ([mail]) => mail?.status === 'sent',
    );
    await workers.pop()?.stop('SIGKILL');
    await start();
    await leaseEnds();
    await receiver.until(() => receiver.received.length === 2);
    await roadblock.lock('SELECT FROM alert_webhook FOR UPDATE');
    receiver.release();
    await roadblock.untilWaiting(1, `SET status = 'sent'`);
    await workers.pop()?.stop('SIGKILL');
    // Its session would go on without it.
    await watch.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted`,
    );
    await roadblock.lift();
    receiver.behaviour = () => 'accept';
    await start();
    await leaseEnds();
    await sent();
    expect(receiver.received).toHaveLength(3);
    expect(new Set(receiver.received.map(({ id, text }) => `${id} ${text}`)).size).toBe(1);
    expect(await outboxes()).toEqual({ mails: 1, webhooks: 1 });
    expect(smtp.accepted).toHaveLength(1);
  });

  it('is found while Redis is away, and told when it is back', async () => {
    await servers.redis.stop();
    await die();
    await lookNow();
    await watch.until('SELECT FROM alert_webhook', [], (rows) => rows.length === 1);
    expect(receiver.received).toEqual([]);
    await servers.redis.start();
    await sent();
    expect(receiver.received).toHaveLength(1);
    expect(smtp.accepted).toHaveLength(1);
  });
});
