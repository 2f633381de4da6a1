import { describe, expect, it } from '@jest/globals';
import { createEvent } from '../../src/event-factories/create-event.js';
import { arrivalIn, PayoutLife } from './payouts-life.js';
import { asked, payoutsTest, PLATFORM } from './payouts-test.js';

describe('the payouts module', () => {
  const test = payoutsTest();

  const contact = (account: string, object: object = {}) =>
    createEvent('account.updated', { account, livemode: true, created: 1_000, object });

  const keys = ({ id, account }: PayoutLife, ...kinds: string[]) =>
    kinds.map((kind) => `payout.${kind}/${id}/${account ?? ''}`);

  it('tells the account holder the day of arrival in their language, once for all deliveries and replays', async () => {
    const arrival = Date.UTC(2099, 2, 5) / 1_000;
    const life = new PayoutLife({ amount: 123_456, currency: 'eur', arrival });
    await test.handled(
      contact(life.account ?? '', {
        email: 'inhaberin@laden.example.com',
        country: 'DE',
        business_profile: { name: 'Köhlers <Laden> & Co' },
      }),
    );
    const event = life.event('created');
    await test.handled(event, event);
    await test.replay(event);
    await test.mail.until(keys(life, 'created'), 'sent');
    const [mail, ...others] = test.mail.receivedBy('inhaberin@laden.example.com');
    expect(others).toEqual([]);
    expect(mail?.to).toEqual([{ address: 'inhaberin@laden.example.com', name: 'Köhlers <Laden> & Co' }]);
    expect(mail?.subject).toMatch(
      /^Ihre Auszahlung über 1\.234,56\s€: erwartet am Donnerstag, 5\. März 2099$/,
    );
    expect(mail?.text).toContain('Guten Tag, Köhlers <Laden> & Co,');
    expect(mail?.text).toContain('Voraussichtlich kommt sie am Donnerstag, 5. März 2099 an.');
    expect(mail?.html).toContain('<html lang="de-DE">');
    expect(mail?.html).toContain('Köhlers &lt;Laden&gt; &amp; Co');
    expect(mail?.html).not.toContain('<Laden>');
    expect(await test.notices(life.id)).toEqual({ 'payout.created': 'mailed' });
    expect(test.stripe.calls.filter(({ path }) => path.includes(life.account ?? '-'))).toEqual([]);
  });

  it('alerts the account holder and the platform of a failure, and marks the external account', async () => {
    const life = new PayoutLife();
    await test.handled(life.event('paid', 10), life.event('failed', 20));
    await test.mail.until(keys(life, 'failed', 'failed.platform'), 'sent');
    const [mail] = test.mail.receivedBy(asked(life.account ?? ''));
    expect(mail?.subject).toBe('Your payout of $126.00 has failed');
    expect(mail?.text).toContain('Reason: The bank account has been closed. (account_closed)');
    const alert = test.mail
      .receivedBy(PLATFORM)
      .find(({ subject }) => subject?.includes(life.account ?? '-'));
    expect(alert?.text).toContain('The account holder is told by e-mail.');
    expect(await test.payout(life.id)).toMatchObject({ status: 'failed', failure_code: 'account_closed' });
    expect(await problemOf(life)).toMatchObject({
      open: true,
      payout: life.id,
      failure_code: 'account_closed',
    });
  });

  it.each(['new', 'errored'])(
    'takes the mark from an external account that Stripe reports as %s only if it is in order again',
    async (status) => {
      const life = new PayoutLife();
      const updated = createEvent('account.external_account.updated', {
        account: life.account,
        livemode: true,
        created: life.created + 60,
        object: { id: life.destination, status },
      });
      await test.handled(updated, life.event('failed', 20));
      expect(await problemOf(life)).toMatchObject({ open: status === 'errored' });
    },
  );

  it('takes the mark away when a later payout to the same account is paid, not when an earlier one was', async () => {
    const [failing, earlier, later] = [0, -100, 100].map(
      (seconds) =>
        new PayoutLife({
          account: 'acct_marks',
          destination: 'ba_marks',
          created: Math.floor(Date.now() / 1_000) - 600 + seconds,
        }),
    );
    if (!failing || !earlier || !later) throw new Error('There are three');
    await test.handled(failing.event('failed', 1), earlier.event('paid'));
    expect(await problemOf(failing)).toMatchObject({ open: true });
    await test.handled(later.event('paid'));
    expect(await problemOf(failing)).toMatchObject({ open: false });
  });

  it.each([
    ['paid', 'failed'],
    ['failed', 'paid'],
  ] as const)('ends as failed when Stripe reports %s and %s in the same second', async (first, second) => {
    const life = new PayoutLife();
    await test.handled(life.event(first, 9));
    await test.handled(life.event(second, 9));
    expect(await test.payout(life.id)).toMatchObject({ status: 'failed', failure_code: 'account_closed' });
    expect(await problemOf(life)).toMatchObject({ open: true });
  });

  it('asks Stripe for an address that it was never told, and once', async () => {
    const life = new PayoutLife();
    await test.handled(life.event('created'));
    const second = new PayoutLife({ account: life.account });
    await test.handled(second.event('created'));
    await test.mail.until([...keys(life, 'created'), ...keys(second, 'created')], 'sent');
    expect(test.mail.receivedBy(asked(life.account ?? ''))).toHaveLength(2);
    const calls = test.stripe.calls.filter(({ path }) => path === `/v1/accounts/${life.account}`);
    expect(calls).toHaveLength(1);
  });

  it.each([
    ['has none', () => ({ email: null })],
    ['has no usable one', () => ({ email: 'a@example.com, b@example.com' })],
  ])(
    'records that nobody was told where the account %s, and tells the platform once',
    async (_case, object) => {
      const life = new PayoutLife();
      const event = life.event('created');
      await test.handled(contact(life.account ?? '', object()));
      await test.handled(event, new PayoutLife({ account: life.account }).event('created'));
      const key = `payout.contact-missing/${life.account}/live`;
      await test.mail.until([key], 'sent');
      expect(await test.notices(life.id)).toEqual({ 'payout.created': 'no_address' });
      const told = test.mail
        .receivedBy(PLATFORM)
        .filter(({ subject }) => subject?.includes(life.account ?? '-'));
      expect(told).toHaveLength(1);
      expect(await statusOf(event)).toEqual(['succeeded', 'succeeded']);

      // Once there is an address, a replay tells it.
      const now = createEvent('account.updated', {
        account: life.account,
        livemode: true,
        object: { email: asked(life.id) },
      });
      await test.handled(now);
      await test.replay(event);
      await test.mail.until(keys(life, 'created'), 'sent');
      expect(await test.notices(life.id)).toEqual({ 'payout.created': 'mailed' });
    },
  );

  it('records that nobody was told where Stripe no longer shows the account, and does not ask for ever', async () => {
    const before = test.stripe.behaviour;
    test.stripe.behaviour = () => ({
      status: 403,
      body: { error: { type: 'invalid_request_error', code: 'account_invalid' } },
    });
    const life = new PayoutLife();
    const event = life.event('failed');
    await test.handled(event);
    test.stripe.behaviour = before;
    await test.mail.until(keys(life, 'failed.platform'), 'sent');
    expect(await test.notices(life.id)).toEqual({
      'payout.failed': 'no_address',
      'payout.failed.platform': 'mailed',
    });
    expect(await statusOf(event)).toEqual(['succeeded', 'succeeded']);
  });

  it('tells the platform alone of its own payout that fails', async () => {
    const life = new PayoutLife({ account: undefined });
    await test.handled(life.event('created'), life.event('failed', 5));
    await test.mail.until(keys(life, 'failed.platform'), 'sent');
    expect(await test.notices(life.id)).toEqual({ 'payout.failed.platform': 'mailed' });
    expect(await test.payout(life.id)).toMatchObject({ status: 'failed' });
  });

  it('tells nobody of an arrival that is past, and says so', async () => {
    const life = new PayoutLife({ arrival: arrivalIn(-2) });
    await test.handled(life.event('created'));
    expect(await test.notices(life.id)).toEqual({ 'payout.created': 'too_late' });
    expect(await test.watch.query('SELECT FROM outgoing_mail WHERE key = $1', keys(life, 'created'))).toEqual(
      [],
    );
  });

  it('marks messages about test payouts', async () => {
    const life = new PayoutLife({ livemode: false });
    await test.handled(life.event('created'));
    await test.mail.until(keys(life, 'created'), 'sent');
    expect(test.mail.receivedBy(asked(life.account ?? ''))[0]?.subject).toMatch(/^\[Test\] /);
  });

  it('lets nobody add a header or a recipient through the name of a business', async () => {
    const life = new PayoutLife();
    const name = 'Shop\r\nBcc: victim@example.com\r\n\r\n<script>alert(1)</script>\u0000';
    const email = asked(life.id);
    await test.handled(contact(life.account ?? '', { email, business_profile: { name } }));
    await test.handled(life.event('created'));
    await test.mail.until(keys(life, 'created'), 'sent');
    const [mail] = test.mail.receivedBy(email);
    expect(mail?.recipients).toEqual([email]);
    expect(mail?.raw).not.toMatch(/^bcc:/im);
    expect(mail?.html).not.toContain('<script>');
    expect(mail?.text).toContain('Hello Shop Bcc: victim@example.com <script>alert(1)</script>,');
  });

  it('keeps the balance that became available last', async () => {
    const balance = (created: number, amount: number) =>
      createEvent('balance.available', {
        account: 'acct_balance',
        created,
        object: { available: [{ amount, currency: 'jpy' }] },
      });
    await test.handled(balance(2_000, 200), balance(1_000, 100));
    const rows = await test.watch.query('SELECT available FROM account_balance WHERE account = $1', [
      'acct_balance',
    ]);
    expect(rows).toEqual([{ available: [expect.objectContaining({ amount: 200 })] }]);
  });

  const problemOf = async ({ destination, account }: PayoutLife) => {
    const [row] = await test.watch.query(
      'SELECT open, payout, failure_code FROM external_account_problem WHERE external_account = $1 AND account = $2',
      [destination, account],
    );
    return row;
  };
  const statusOf = async ({ id }: { id: string }) => {
    const rows = await test.watch.query<{ status: string }>(
      'SELECT status FROM handler_run WHERE event_id = $1',
      [id],
    );
    return rows.map(({ status }) => status);
  };
});
