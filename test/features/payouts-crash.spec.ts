import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AppProcess } from '../harness/app-process.js';
import { deliver } from '../harness/app.js';
import { asConnect, PayoutLife } from './payouts-life.js';
import { Roadblock } from '../harness/roadblock.js';
import { SmtpStandIn } from '../harness/smtp-stand-in.js';
import { createDatabase, redisUrl, type TestDatabase, uniquePrefix } from '../harness/stack.js';
import { StoreWatch } from '../harness/store-watch.js';

/** Each test starts two processes of the whole application. */
const TIMEOUT_MS = 90_000;

const HOLDER = 'holder@shop.example.com';

jest.setTimeout(TIMEOUT_MS);

describe('a worker that is killed on the way to an e-mail', () => {
  let database: TestDatabase;
  let watch: StoreWatch;
  let roadblock: Roadblock;
  let smtp: SmtpStandIn;
  const prefix = uniquePrefix();
  const workers: AppProcess[] = [];

  beforeAll(async () => {
    database = await createDatabase();
    watch = await StoreWatch.open(database.url);
    await watch.alsoWatch('outgoing_mail');
    roadblock = await Roadblock.open(database.url);
    smtp = await SmtpStandIn.start();
  });
  afterEach(async () => {
    await roadblock.lift();
    smtp.release();
    await Promise.all(workers.splice(0).map((worker) => worker.stop()));
    smtp.behaviour = () => 'accept';
    smtp.accepted.length = 0;
  });
  afterAll(async () => {
    await smtp.stop();
    await roadblock.close();
    await watch.close();
    await database.drop();
  });

  const start = async () => {
    const env = {
      FEATURES: 'payouts',
      MAIL_URL: smtp.url,
      MAIL_FROM: 'payouts@platform.example.com',
      PROCESS_MODE: 'both',
    };
    const worker = await AppProcess.start({ databaseUrl: database.url, redisUrl: redisUrl(), prefix, env });
    workers.push(worker);
    return worker;
  };

  /** A payout of an account whose address is known. */
  const payout = async () => {
    const life = new PayoutLife();
    await watch.query(
      `INSERT INTO account_contact (account, livemode, email, known_at, event_id) VALUES ($1, true, $2, now(), 'evt_1')`,
      [life.account, HOLDER],
    );
    return { event: life.event('created'), key: `payout.created/${life.id}/${life.account}` };
  };

  const mailWith = (key: string, status: string) =>
    watch.until<{ status: string; attempts: number; message_id: string }>(
      'SELECT status, attempts, message_id FROM outgoing_mail WHERE key = $1',
      [key],
      ([row]) => row?.status === status,
    );

  /** Stands for the time after which nothing belongs to a dead worker. */
  const timePasses = async () => {
    await watch.query(`UPDATE handler_run SET lease_until = clock_timestamp() WHERE status = 'running'`);
    await watch.query(`UPDATE outgoing_mail SET due_at = clock_timestamp() WHERE status = 'waiting'`);
  };

  /** Its last statement, which waits for a lock, never happened: Postgres would still carry it out. */
  const kill = async (worker: AppProcess) => {
    await worker.stop('SIGKILL');
    await watch.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name LIKE 'turnpike%' AND datname = current_database()`,
    );
    await roadblock.lift();
  };

  const deliverTo = async (worker: AppProcess, event: object) =>
    expect((await deliver(worker.url, asConnect(event))).status).toBe(200);

  it('after the message was put in and before the run succeeded has it sent once by the next one', async () => {
    const { event, key } = await payout();
    const worker = await start();
    // Nobody may end a run of this event: the handler can only get as far as its own commit.
    await roadblock.lock('LOCK TABLE handler_attempt IN EXCLUSIVE MODE');
    await deliverTo(worker, event);
    await mailWith(key, 'sent');
    await roadblock.untilWaiting(2);
    await kill(worker);
    await timePasses();
    await start();
    await watch.untilFinished([event.id]);
    const runs = await watch.query(
      `SELECT status, attempts FROM handler_run WHERE event_id = $1 AND handler_id = 'payouts.tell-arrival'`,
      [event.id],
    );
    expect(runs).toEqual([{ status: 'succeeded', attempts: 2 }]);
    expect(smtp.accepted).toHaveLength(1);
  });

  it('while it hands the message over has it sent once by the next one', async () => {
    const { event, key } = await payout();
    smtp.behaviour = () => 'hang';
    const worker = await start();
    const before = smtp.attempts;
    await deliverTo(worker, event);
    await smtp.until(() => smtp.attempts > before);
    await watch.untilFinished([event.id]);
    await kill(worker);
    smtp.behaviour = () => 'accept';
    await timePasses();
    await start();
    expect(await mailWith(key, 'sent')).toMatchObject([{ attempts: 2 }]);
    expect(smtp.accepted).toHaveLength(1);
  });

  it('between the 250 of the mail server and the record of it has it sent again with the same Message-ID', async () => {
    const { event, key } = await payout();
    smtp.behaviour = () => 'hold';
    const worker = await start();
    await deliverTo(worker, event);
    await smtp.until(() => smtp.holding === 1);
    await watch.untilFinished([event.id]);
    await roadblock.lock('SELECT FROM outgoing_mail WHERE key = $1 FOR UPDATE', [key]);
    smtp.release();
    await roadblock.untilWaiting();
    await kill(worker);
    smtp.behaviour = () => 'accept';
    await timePasses();
    await start();
    const [row] = await mailWith(key, 'sent');
    expect(smtp.accepted.map(({ messageId }) => messageId)).toEqual([row?.message_id, row?.message_id]);

    // What is recorded is never sent again.
    await watch.query('UPDATE outgoing_mail SET due_at = clock_timestamp()');
    const next = await payout();
    const [current] = workers.slice(-1);
    if (current) await deliverTo(current, next.event);
    await mailWith(next.key, 'sent');
    expect(smtp.accepted).toHaveLength(3);
  });

  it('asked to stop in the middle ends soon, and the message goes out by the next one', async () => {
    const { event, key } = await payout();
    smtp.behaviour = () => 'hang';
    const worker = await start();
    const before = smtp.attempts;
    await deliverTo(worker, event);
    await smtp.until(() => smtp.attempts > before);
    expect(await worker.stop('SIGTERM')).toBe(0);
    const [row] = await mailWith(key, 'waiting');
    expect(row?.attempts).toBe(1);
    smtp.behaviour = () => 'accept';
    await timePasses();
    await start();
    await mailWith(key, 'sent');
    expect(smtp.accepted).toHaveLength(1);
  });
});
