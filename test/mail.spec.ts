import { describe, expect, it } from '@jest/globals';
import { MAX_ATTEMPTS } from '../src/mail/mail-policy.js';
import { mailTest } from './harness/mail-test.js';

describe('a message in the outbox', () => {
  const test = mailTest([], { MAIL_TIMEOUT_MS: '3000' });

  /** A message to an address of its own, so that what arrives can be told apart. */
  const fresh = (() => {
    let number = 0;
    return () => {
      number++;
      return { key: `test/${number}`, to: { address: `holder-${number}@shop.example.com` } };
    };
  })();

  it('is handed to the SMTP server as text and HTML, from the configured sender', async () => {
    const mail = fresh();
    expect(await test.put({ ...mail, subject: 'Grüße', text: 'Zwölf €', html: '<p>Zwölf €</p>' })).toBe(true);
    const [row] = await test.until([mail.key], 'sent');
    const [received, ...others] = test.receivedBy(mail.to.address);
    expect(others).toEqual([]);
    expect(received).toMatchObject({
      subject: 'Grüße',
      from: { name: 'Harbour Platform', address: 'payouts@platform.example.com' },
      to: [{ address: mail.to.address }],
      messageId: row?.message_id,
    });
    expect(received?.text?.trim()).toBe('Zwölf €');
    expect(received?.html?.trim()).toBe('<p>Zwölf €</p>');
    expect(received?.raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
  });

  it('goes out once, however often and by however many it is put in', async () => {
    const mail = fresh();
    const put = await Promise.all(Array.from({ length: 10 }, () => test.put(mail)));
    expect(put.filter(Boolean)).toHaveLength(1);
    await test.until([mail.key], 'sent');
    expect(await test.put(mail)).toBe(false);
    expect(test.receivedBy(mail.to.address)).toHaveLength(1);
  });

  it('never goes out when the transaction that put it in is rolled back', async () => {
    const [gone, kept] = [fresh(), fresh()];
    await expect(test.put(gone, () => Promise.reject(new Error('rolled back')))).rejects.toThrow(
      'rolled back',
    );
    await test.put(kept);
    await test.until([kept.key], 'sent');
    expect(test.receivedBy(gone.to.address)).toEqual([]);
    expect(await test.watch.query('SELECT 1 FROM outgoing_mail WHERE key = $1', [gone.key])).toEqual([]);
    // Nothing of it is remembered, either: the next attempt may put it in.
    expect(await test.put(gone)).toBe(true);
    await test.until([gone.key], 'sent');
    expect(test.receivedBy(gone.to.address)).toHaveLength(1);
  });

  it('is tried again with the same Message-ID after a 451, and counted', async () => {
    const mail = fresh();
    test.smtp.behaviour = () => 'defer';
    await test.put(mail);
    const [failed] = await test.untilFailed(mail.key, 1);
    expect(failed).toMatchObject({ status: 'waiting', last_error: expect.stringContaining('451') });
    expect(test.receivedBy(mail.to.address)).toEqual([]);
    await test.admin.app.metricsWith('turnpike_mail_attempts_total{kind="test",outcome="failed"} 1');
    expect(await test.admin.app.metrics()).toContain('turnpike_mail{status="waiting"} 1');
    test.smtp.behaviour = () => 'accept';
    await test.timePasses(mail.key);
    const [sent] = await test.until([mail.key], 'sent', 2);
    expect(test.receivedBy(mail.to.address).map(({ messageId }) => messageId)).toEqual([sent?.message_id]);
    expect(sent?.message_id).toBe(failed?.message_id);
  });

  it('is tried again when the connection breaks in the middle of it', async () => {
    const mail = fresh();
    test.smtp.behaviour = () => 'drop';
    await test.put({ ...mail, text: 'x'.repeat(200_000) });
    await test.untilFailed(mail.key, 1);
    test.smtp.behaviour = () => 'accept';
    await test.timePasses(mail.key);
    await test.until([mail.key], 'sent', 2);
    expect(test.receivedBy(mail.to.address)).toHaveLength(1);
  });

  it('does not hold up others behind a server that says nothing, and is tried again', async () => {
    const mails = Array.from({ length: 12 }, fresh);
    // More messages hang than one worker hands over at once.
    const first = test.smtp.attempts;
    test.smtp.behaviour = (attempt) => (attempt <= first + 6 ? 'hang' : 'accept');
    for (const mail of mails) await test.put(mail);
    await test.watch.until<{ failed: number; sent: number }>(
      `SELECT count(*) FILTER (WHERE status = 'sent')::int AS sent,
              count(*) FILTER (WHERE status = 'waiting' AND last_error IS NOT NULL)::int AS failed
       FROM outgoing_mail WHERE key = ANY($1)`,
      [mails.map(({ key }) => key)],
      ([row]) => row !== undefined && row.sent > 0 && row.failed + row.sent === mails.length,
    );
    for (const { key } of mails) await test.timePasses(key);
    await test.until(
      mails.map(({ key }) => key),
      'sent',
    );
    // On a busy machine, one that was accepted may be late all the same: then it goes out again under its id.
    const ids = mails.map(({ to }) => new Set(test.receivedBy(to.address).map(({ messageId }) => messageId)));
    expect(ids.map(({ size }) => size)).toEqual(mails.map(() => 1));
  });

  it('is dead at once when the server refuses its recipient, until an operator has it tried again', async () => {
    const mail = { ...fresh(), account: 'acct_refused' };
    test.smtp.behaviour = () => 'refuse';
    await test.put(mail);
    const [dead] = await test.until([mail.key], 'dead');
    expect(dead).toMatchObject({ attempts: 1, last_error: expect.stringContaining('550') });
    await test.admin.app.metricsWith('turnpike_mail_attempts_total{kind="test",outcome="dead"} 1');

    const listed = await test.admin.call('GET', 'mail?status=dead&account=acct_refused');
    expect(listed).toMatchObject({
      status: 200,
      body: { data: [{ id: dead?.id, status: 'dead', nextAttemptAt: null, kind: 'test' }], next: null },
    });
    expect(JSON.stringify(listed.body)).not.toContain('<p>Text</p>');

    test.smtp.behaviour = () => 'accept';
    const path = `mail/${dead?.id}/retry`;
    const answer = await test.admin.call('POST', path, { body: { reason: 'The mailbox was made' } });
    expect(answer).toMatchObject({ status: 200, body: { status: 'waiting', attempts: 0 } });
    const [sent] = await test.until([mail.key], 'sent');
    expect(test.receivedBy(mail.to.address).map(({ messageId }) => messageId)).toEqual([sent?.message_id]);
    const audit = await test.watch.query('SELECT action, target, reason FROM audit_log');
    expect(audit).toEqual([{ action: 'mail.retry', target: dead?.id, reason: 'The mailbox was made' }]);
    expect(await test.admin.call('POST', path)).toMatchObject({
      status: 409,
      body: { code: 'mail_not_dead' },
    });
  });

  it('is dead after its last attempt, also when each attempt was lost with its worker', async () => {
    const [failing, lost] = [fresh(), fresh()];
    test.smtp.behaviour = () => 'defer';
    for (const mail of [failing, lost]) await test.put(mail);
    for (const mail of [failing, lost]) await test.untilFailed(mail.key, 1);
    const attempted = 'UPDATE outgoing_mail SET attempts = $2, due_at = clock_timestamp() WHERE key = $1';
    await test.watch.query(attempted, [failing.key, MAX_ATTEMPTS - 1]);
    await test.watch.query(attempted, [lost.key, MAX_ATTEMPTS]);
    const rows = await test.until([failing.key, lost.key], 'dead', MAX_ATTEMPTS);
    expect(rows.map((row) => row.last_error)).toEqual([
      expect.stringContaining('451'),
      expect.stringContaining('The worker died'),
    ]);
  });

  it('lets nobody add a header or a recipient through names and subjects', async () => {
    const mail = fresh();
    const evil = 'Shop\r\nBcc: victim@example.com\r\n\r\n<b>x</b>';
    await test.put({ ...mail, to: { ...mail.to, name: `"${evil}, other@example.com` }, subject: evil });
    await test.until([mail.key], 'sent');
    const [received] = test.receivedBy(mail.to.address);
    expect(received?.recipients).toEqual([mail.to.address]);
    expect(received).not.toHaveProperty('bcc');
    expect(received?.to?.map(({ address }) => address)).toEqual([mail.to.address]);
    expect(received?.subject).toBe('Shop Bcc: victim@example.com <b>x</b>');
    expect(received?.raw).not.toMatch(/^bcc:/im);
    for (const address of [
      'a@example.com, b@example.com',
      'a@example.com\r\nBcc: b@example.com',
      'a',
      '<a@b.example>',
    ]) {
      await expect(test.put({ ...fresh(), to: { address } })).rejects.toThrow(TypeError);
    }
  });
});
