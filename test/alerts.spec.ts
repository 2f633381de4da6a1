import { describe, expect, it } from '@jest/globals';
import { createEvent } from '../src/event-factories/create-event.js';
import { PermanentFailure } from '../src/event-handlers/index.js';
import { AlertWatch } from '../src/operator-alerts/alert-watch.js';
import { alertTest, OPERATOR, type ShownAlert } from './harness/alert-test.js';
import { Roadblock } from './harness/roadblock.js';
import { scripted } from './harness/scripted-handlers.js';

const A = 'aaaaaaaaaaaaaaaa';
const B = 'bbbbbbbbbbbbbbbb';

let fails = true;
const behave = (): Promise<void> =>
  fails
    ? Promise.reject(new PermanentFailure('No card of Jane Doe <jane@example.com> ends with 4242'))
    : Promise.resolve();

describe('dead runs', () => {
  const test = alertTest([scripted({ id: 'shop.fulfil' }, behave), scripted({ id: 'shop.mail' }, behave)]);

  const die = async (events: number): Promise<string[]> => {
    fails = true;
    const ids = Array.from({ length: events }, () => createEvent('payment_intent.succeeded'));
    for (const event of ids) await test.admin.deliver({ event });
    await test.watch.untilFinished(ids.map(({ id }) => id));
    return ids.map(({ id }) => id);
  };
  const only = async (): Promise<ShownAlert> => {
    const alerts = await test.alerts();
    expect(alerts).toHaveLength(1);
    return alerts[0] as ShownAlert;
  };
  const acknowledge = async (alert: ShownAlert, reason = 'I am on it') => {
    const answer = await test.admin.call<ShownAlert>('POST', `alerts/${alert.id}/acknowledge`, {
      body: { reason },
    });
    expect(answer.status).toBe(200);
    return answer.body;
  };
  /** Has a pass made at which a message may be sent, and says how many have arrived by now. */
  const passes = async () => {
    await test.intervalPasses();
    await test.pass();
    const { webhooks } = await test.messages();
    await test.receiver.until(() => test.receiver.received.length === webhooks);
    return webhooks;
  };

  it('are one alert for each handler and error, told once by mail and by a signed webhook', async () => {
    await die(3);
    await test.pass();
    const alerts = await test.alerts('state=open&kind=dead_runs');
    expect(alerts).toMatchObject([
      { subject: expect.stringMatching(/^shop\.fulfil\/[0-9a-f]{16}$/), occurrences: 3, openings: 1 },
      { subject: expect.stringMatching(/^shop\.mail\/[0-9a-f]{16}$/), occurrences: 3, openings: 1 },
    ]);
    await test.receiver.until(() => test.receiver.received.length === 1);
    await test.smtp.until(() => test.smtp.accepted.length === 1);
    const [webhook] = test.receiver.received;
    expect(webhook?.body).toMatchObject({
      type: 'alerts.changed',
      data: {
        alerts: alerts.map(({ id, text, subject, occurrences }) => {
          return { id, text, subject, occurrences, kind: 'dead_runs', change: 'opened', state: 'open' };
        }),
        more: 0,
      },
    });
    const [mail] = test.smtp.accepted;
    expect(mail).toMatchObject({ recipients: [OPERATOR], subject: 'Turnpike alerts: 2 new' });
    for (const { text } of alerts) expect(mail?.text?.replaceAll(/\s+/g, ' ')).toContain(`New: ${text}`);
    const keys = await test.watch.query('SELECT key FROM outgoing_mail');
    expect(keys).toEqual([{ key: `alert/${webhook?.id}` }]);

    expect(await passes()).toBe(1);
    expect(test.receiver.refused).toBe(0);
    await test.admin.app.metricsWith('turnpike_alerts{kind="dead_runs",state="open"} 2');
  });

  it('are told without anything of a payload or an error', async () => {
    await die(1);
    await test.addDead('shop.other', A, 2);
    await test.pass();
    await test.receiver.until(() => test.receiver.received.length === 1);
    await test.smtp.until(() => test.smtp.accepted.length === 1);
    const sent = `${test.receiver.received[0]?.text} ${test.smtp.accepted[0]?.raw}`;
    expect(sent).toContain('shop.other');
    expect(sent).not.toMatch(/jane|doe|4242|evt_|pi_|card of/i);
  });

  it('are told once by several workers that look at the same moment', async () => {
    const another = await test.startAnother();
    for (let round = 1; round <= 5; round++) {
      await test.addDead(`shop.round-${round}`, A, 1);
      await test.intervalPasses();
      await test.pass([test.admin.app, another, test.admin.app, another]);
      expect(await test.messages()).toEqual({ mails: round, webhooks: round });
    }
    await test.receiver.until(() => test.receiver.received.length === 5);
    expect(new Set(test.receiver.received.map(({ id }) => id)).size).toBe(5);
  });

  it('are looked for by one worker at a time: what comes meanwhile is for the next pass', async () => {
    const another = await test.startAnother();
    const roadblock = await Roadblock.open(test.admin.options().databaseUrl);
    await roadblock.lock('LOCK TABLE alert_webhook IN SHARE ROW EXCLUSIVE MODE');
    await test.addDead('shop.fulfil', A, 1);
    const first = test.pass();
    await roadblock.untilWaiting(1, 'INSERT INTO alert_webhook');
    await test.addDead('shop.fulfil', B, 1);
    // Another worker would wait here until the first one has committed.
    await another.nest.get(AlertWatch, { strict: false }).look();
    await roadblock.lift();
    await roadblock.close();
    await first;
    expect((await test.alerts()).map(({ subject }) => subject)).toEqual([`shop.fulfil/${A}`]);
    await test.pass([test.admin.app, another]);
    expect(await test.alerts()).toHaveLength(2);
    expect(await test.messages()).toEqual({ mails: 1, webhooks: 1 });
  });

  it('of a storm are one line of one message', async () => {
    await test.addDead('shop.fulfil', A, 10_000);
    await test.pass();
    expect(await test.told(1)).toEqual([`opened shop.fulfil/${A}`]);
    expect(test.receiver.received[0]?.body.data.alerts).toMatchObject([{ occurrences: 10_000 }]);
    expect(await only()).toMatchObject({ text: expect.stringContaining('10,000 dead runs of shop.fulfil') });
    expect(await test.messages()).toEqual({ mails: 1, webhooks: 1 });
  });

  it('with ever new errors are few alerts and one short message', async () => {
    await test.watch.query(
      `INSERT INTO handler_run (event_id, event_created, handler_id, status, sweep_at, failed_at, error_fingerprint)
       SELECT 'evt_' || n, now(), 'shop.fulfil', 'dead', now(), now() + n * interval '1 ms', md5(n::text)
       FROM generate_series(1, 3000) n`,
    );
    await test.pass();
    expect(await test.told(1)).toHaveLength(20);
    expect(test.receiver.received[0]?.body.data.more).toBe(31);
    const alerts = await test.alerts('limit=200&state=all');
    expect(alerts).toHaveLength(51);
    expect(alerts.find(({ subject }) => subject === 'shop.fulfil/other')).toMatchObject({
      occurrences: 2_950,
    });
    await test.smtp.until(() => test.smtp.accepted.length === 1);
    expect(test.smtp.accepted[0]?.text).toContain('And 31 more.');
  });

  it('that come before the interval has passed wait, and are told together', async () => {
    await test.addDead('shop.fulfil', A, 1);
    await test.pass();
    expect(await test.told(1)).toEqual([`opened shop.fulfil/${A}`]);
    await test.addDead('shop.fulfil', B, 1);
    await test.pass();
    await test.addDead('shop.mail', B, 5);
    await test.pass();
    expect(await test.messages()).toEqual({ mails: 1, webhooks: 1 });
    const [wait] = await test.watch.query<{ minutes: number }>(
      `SELECT extract(epoch FROM next_message_at - clock_timestamp())::float8 / 60 AS minutes FROM alert_schedule`,
    );
    expect(wait?.minutes).toBeGreaterThan(1);
    expect(wait?.minutes).toBeLessThanOrEqual(15);
    await test.intervalPasses();
    await test.pass();
    expect(await test.told(2)).toEqual([`opened shop.mail/${B}`, `opened shop.fulfil/${B}`]);
  });

  it('are told again when they have doubled, and are ten more at least', async () => {
    await test.addDead('shop.fulfil', A, 1);
    expect(await passes()).toBe(1);
    await test.addDead('shop.fulfil', A, 9);
    expect(await passes()).toBe(1);
    await test.addDead('shop.fulfil', A, 1);
    expect(await passes()).toBe(2);
    await test.addDead('shop.fulfil', A, 10);
    expect(await passes()).toBe(2);
    await test.addDead('shop.fulfil', A, 1);
    expect(await passes()).toBe(3);
    await test.receiver.until(() => test.receiver.received.length === 3);
    const told = test.receiver.received.map(({ body }) => body.data.alerts);
    expect(told).toMatchObject([
      [{ change: 'opened', occurrences: 1 }],
      [{ change: 'worse', occurrences: 11 }],
      [{ change: 'worse', occurrences: 22 }],
    ]);
    expect(await only()).toMatchObject({ state: 'open', occurrences: 22, openings: 1 });
  });

  it('are silent once acknowledged, until they get worse than they were then', async () => {
    await test.addDead('shop.fulfil', A, 1);
    expect(await passes()).toBe(1);
    await test.addDead('shop.fulfil', A, 99);
    await test.pass();
    const acknowledged = await acknowledge(await only(), 'ticket 4711');
    expect(acknowledged).toMatchObject({ state: 'acknowledged', occurrences: 100, note: 'ticket 4711' });
    await test.admin.app.metricsWith('turnpike_alerts{kind="dead_runs",state="acknowledged"} 1');
    await test.addDead('shop.fulfil', A, 99);
    expect(await passes()).toBe(1);
    expect(await only()).toMatchObject({ state: 'acknowledged', occurrences: 199 });
    await test.addDead('shop.fulfil', A, 1);
    expect(await passes()).toBe(2);
    expect(await test.told(2)).toEqual([`worse shop.fulfil/${A}`]);
    expect(await only()).toMatchObject({ state: 'open', occurrences: 200, note: 'ticket 4711' });
  });

  it('are over when they are replayed, which is told, and alert again when they come back', async () => {
    const [id = ''] = await die(1);
    expect(await passes()).toBe(1);
    fails = false;
    await test.admin.call('POST', `events/${id}/replay`);
    await test.watch.until<{ status: string }>(
      'SELECT status FROM handler_run WHERE event_id = $1 AND NOT superseded',
      [id],
      (runs) => runs.length === 2 && runs.every(({ status }) => status === 'succeeded'),
    );
    expect(await passes()).toBe(2);
    const [first, second] = await test.alerts();
    expect(first).toMatchObject({ state: 'resolved', resolvedAt: expect.any(String) });
    expect(await test.told(2)).toEqual([`resolved ${first?.subject}`, `resolved ${second?.subject}`]);
    expect(await test.alerts('state=open')).toEqual([]);
    await die(1);
    expect(await passes()).toBe(3);
    expect(await test.told(3)).toEqual([`reopened ${first?.subject}`, `reopened ${second?.subject}`]);
    expect((await test.alerts())[0]).toMatchObject({
      id: first?.id,
      state: 'open',
      openings: 2,
      resolvedAt: null,
    });
  });

  it('that were acknowledged end in silence, and alert when they come back', async () => {
    await test.addDead('shop.fulfil', A, 5);
    expect(await passes()).toBe(1);
    await acknowledge(await only());
    await test.watch.query(`UPDATE handler_run SET superseded = true WHERE error_fingerprint = $1`, [A]);
    expect(await passes()).toBe(1);
    expect(await only()).toMatchObject({ state: 'resolved' });
    await test.addDead('shop.fulfil', A, 1);
    expect(await passes()).toBe(2);
    expect(await test.told(2)).toEqual([`reopened shop.fulfil/${A}`]);
  });

  it('that come and go between two messages are not told', async () => {
    await test.addDead('shop.mail', B, 1);
    expect(await passes()).toBe(1);
    await test.addDead('shop.fulfil', A, 5);
    await test.pass();
    await test.watch.query(`UPDATE handler_run SET superseded = true WHERE error_fingerprint = $1`, [A]);
    expect(await passes()).toBe(1);
    expect((await test.alerts()).map(({ subject, state }) => [subject, state])).toEqual([
      [`shop.mail/${B}`, 'open'],
      [`shop.fulfil/${A}`, 'resolved'],
    ]);
  });

  it('that operators resolve as a failure are over, until one more fails like that', async () => {
    await test.addDead('shop.fulfil', A, 3);
    await test.pass();
    await test.admin.call('POST', `failures/shop.fulfil/${A}/resolve`, { body: {} });
    await test.pass();
    expect(await only()).toMatchObject({ state: 'resolved' });
    await test.addDead('shop.fulfil', A, 1);
    await test.pass();
    expect(await only()).toMatchObject({ state: 'open', occurrences: 4 });
  });

  it('are found by the schedule, without being asked for', async () => {
    await test.addDead('shop.fulfil', A, 1);
    await test.watch.query(`UPDATE alert_schedule SET next_pass_at = '-infinity'`);
    expect(await test.told(1)).toEqual([`opened shop.fulfil/${A}`]);
  });

  it('are told together with what commits them: a message that cannot be written leaves no trace of it', async () => {
    await test.addDead('shop.fulfil', A, 1);
    await test.watch.query(`ALTER TABLE alert_webhook ADD CONSTRAINT test_refuse CHECK (false) NOT VALID`);
    await test.watch.query(`UPDATE alert_schedule SET next_pass_at = '-infinity'`);
    await test.admin.app.nest.get(AlertWatch, { strict: false }).look();
    expect(await test.alerts()).toEqual([]);
    expect(await test.messages()).toEqual({ mails: 0, webhooks: 0 });
    await test.watch.query(`ALTER TABLE alert_webhook DROP CONSTRAINT test_refuse`);
    await test.pass();
    expect(await test.told(1)).toEqual([`opened shop.fulfil/${A}`]);
    expect(await test.messages()).toEqual({ mails: 1, webhooks: 1 });
  });

  it('are found although another condition cannot be asked, which is counted', async () => {
    await test.addDead('shop.fulfil', A, 1);
    await test.watch.query('ALTER TABLE signing_secret RENAME TO hidden');
    try {
      await test.pass();
      expect(await test.told(1)).toEqual([`opened shop.fulfil/${A}`]);
      await test.admin.app.metricsWith('turnpike_alert_condition_failures_total{kind="silent_endpoint"} 1');
    } finally {
      await test.watch.query('ALTER TABLE hidden RENAME TO signing_secret');
    }
  });
});
