import { describe, expect, it } from '@jest/globals';
import { adminTest } from '../harness/admin-test.js';
import { alertTest, OPERATOR } from '../harness/alert-test.js';

const A = 'aaaaaaaaaaaaaaaa';

interface Page {
  data: { id: string; subject: string; state: string }[];
  next: string | null;
}

describe('/admin/alerts', () => {
  const test = alertTest();
  const { admin } = test;
  const subjects = ({ data }: Page) => data.map(({ subject }) => subject);

  it('lists alerts by state and kind, newest first, page by page', async () => {
    for (const handler of ['shop.a', 'shop.b', 'shop.c']) await test.addDead(handler, A, 1);
    await test.pass();
    await test.watch.query(`UPDATE handler_run SET superseded = true WHERE handler_id = 'shop.a'`);
    await test.pass();
    const [, b] = await test.alerts();
    await admin.call('POST', `alerts/${b?.id}/acknowledge`, { body: {} });
    const list = async (query: string) => (await admin.call<Page>('GET', `alerts${query}`)).body;
    expect(subjects(await list(''))).toEqual([`shop.c/${A}`]);
    expect(subjects(await list('?state=acknowledged'))).toEqual([`shop.b/${A}`]);
    expect(subjects(await list('?state=resolved'))).toEqual([`shop.a/${A}`]);
    expect(subjects(await list('?state=all&kind=silent_endpoint'))).toEqual([]);
    const first = await list('?state=all&limit=2');
    expect(subjects(first)).toEqual([`shop.c/${A}`, `shop.b/${A}`]);
    const rest = await list(`?state=all&limit=2&after=${first.next}`);
    expect([subjects(rest), rest.next]).toEqual([[`shop.a/${A}`], null]);
  });

  it.each(['?state=closed', '?kind=other', '?limit=0', '?after=x', '?more=1'])(
    'refuses %s',
    async (query) => {
      expect(await admin.call('GET', `alerts${query}`)).toMatchObject({
        status: 400,
        body: { code: 'query_invalid' },
      });
    },
  );

  it('shows one, and acknowledges it with a reason, which is audited with who did it', async () => {
    await test.addDead('shop.fulfil', A, 3);
    await test.pass();
    const [alert] = await test.alerts();
    const path = `alerts/${alert?.id}`;
    expect((await admin.call('GET', path)).body).toEqual(alert);
    const key = await admin.keyWith({ scope: 'replay' });
    const answer = await admin.call('POST', `${path}/acknowledge`, { key, body: { reason: 'ticket 4711' } });
    expect(answer).toMatchObject({
      status: 200,
      body: { state: 'acknowledged', acknowledgedBy: 'test replay', note: 'ticket 4711' },
    });
    expect((await admin.call('GET', path)).body).toEqual(answer.body);
    const audit = await test.watch.query(
      `SELECT key_name, target, reason, details FROM audit_log WHERE action = 'alert.acknowledge' AND target = $1`,
      [alert?.id],
    );
    expect(audit).toEqual([
      {
        key_name: 'test replay',
        target: alert?.id,
        reason: 'ticket 4711',
        details: { kind: 'dead_runs', subject: `shop.fulfil/${A}`, occurrences: 3 },
      },
    ]);
  });

  it('acknowledges nothing that is over or not there', async () => {
    await test.addDead('shop.fulfil', A, 1);
    await test.pass();
    await test.watch.query(`UPDATE handler_run SET superseded = true WHERE error_fingerprint = $1`, [A]);
    await test.pass();
    const [alert] = await test.alerts();
    expect(await admin.call('POST', `alerts/${alert?.id}/acknowledge`)).toMatchObject({
      status: 409,
      body: { code: 'alert_resolved' },
    });
    for (const id of ['0', 'x', '9'.repeat(30)]) {
      const missing = { status: 404, body: { code: 'alert_not_found' } };
      expect(await admin.call('GET', `alerts/${id}`)).toMatchObject(missing);
      expect(await admin.call('POST', `alerts/${id}/acknowledge`)).toMatchObject(missing);
    }
    const body = { note: 'not a field' };
    expect(await admin.call('POST', `alerts/${alert?.id}/acknowledge`, { body })).toMatchObject({
      status: 400,
      body: { code: 'body_invalid' },
    });
  });

  it('is closed to keys that are restricted to accounts, and changes nothing for readers', async () => {
    const restricted = await admin.keyWith({ scope: 'admin', accounts: ['acct_1'] });
    const reader = await admin.keyWith({ scope: 'read' });
    for (const path of ['alerts', 'alerts/1', 'alerts/webhooks']) {
      expect((await admin.call('GET', path, { key: restricted })).status).toBe(403);
      expect((await admin.call('GET', path, { key: reader })).status).not.toBe(403);
      expect((await admin.call('GET', path, { key: '' })).status).toBe(401);
    }
    for (const path of ['alerts/1/acknowledge', 'alerts/test', 'alerts/webhooks/1/retry']) {
      for (const key of [restricted, reader])
        expect((await admin.call('POST', path, { key })).status).toBe(403);
    }
    expect(await test.messages()).toEqual({ mails: 0, webhooks: 0 });
  });

  it('sends a test message through every channel at once, whatever was told when, and audits it', async () => {
    await test.watch.query(`UPDATE alert_schedule SET next_message_at = 'infinity'`);
    const { status, body } = await admin.call('POST', 'alerts/test', { body: { reason: 'new channel' } });
    expect({ status, body }).toEqual({
      status: 200,
      body: { messageId: expect.stringMatching(/^msg_/), email: true, webhook: true },
    });
    await test.receiver.until(() => test.receiver.received.length === 1);
    await test.smtp.until(() => test.smtp.accepted.length === 1);
    expect(test.receiver.received[0]).toMatchObject({ id: body.messageId, body: { type: 'alerts.test' } });
    expect(test.smtp.accepted[0]).toMatchObject({
      recipients: [OPERATOR],
      subject: 'Turnpike alerts: a test',
    });
    const audit = await test.watch.query(`SELECT target, reason FROM audit_log WHERE action = 'alert.test'`);
    expect(audit).toEqual([{ target: body.messageId, reason: 'new channel' }]);
    expect(await test.alerts()).toEqual([]);
  });

  it('lists the webhooks page by page', async () => {
    for (let i = 0; i < 3; i++) await admin.call('POST', 'alerts/test');
    await test.webhooksUntil((rows) => rows.length === 3 && rows.every(({ status }) => status === 'sent'));
    const first = await admin.call<Page>('GET', 'alerts/webhooks?status=sent&limit=2');
    expect(first.body.data).toHaveLength(2);
    const rest = await admin.call<Page>('GET', `alerts/webhooks?limit=2&after=${first.body.next}`);
    expect(rest.body).toMatchObject({ data: [{ status: 'sent' }], next: null });
    expect((await admin.call('GET', 'alerts/webhooks?status=gone')).status).toBe(400);
  });
});

describe('without a channel', () => {
  const admin = adminTest();

  it('a test message is refused with what to set', async () => {
    expect(await admin.call('POST', 'alerts/test')).toMatchObject({
      status: 409,
      body: { code: 'alert_channels_missing', detail: expect.stringContaining('ALERT_EMAIL') },
    });
  });
});
