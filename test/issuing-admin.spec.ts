import { describe, expect, it } from '@jest/globals';
import { authorizationRequest, issuingTest } from './harness/issuing-test.js';

const KEY = 'k'.repeat(40);

describe('the admin routes of Issuing', () => {
  const test = issuingTest([], { ADMIN_BOOTSTRAP_KEY: KEY });

  const call = async (method: string, path: string, body?: unknown, authorization = `Bearer ${KEY}`) => {
    const response = await fetch(`${test.app.url}/admin/issuing/${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', ...(authorization && { Authorization: authorization }) },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const rule = {
    name: 'daily',
    livemode: false,
    scope: 'card',
    currency: 'usd',
    period: 'day',
    maxTotal: 1_000,
  };
  const approvals = async (card: string, amount: number) =>
    (await test.authorize(authorizationRequest(amount, { card }))).body.approved;
  /** The rules reach the cache by a notification; asking again is the only way to see that from outside. */
  const untilDecided = async (card: string, approved: boolean) => {
    for (;;) {
      const [, total] = await Promise.all([approvals(card, 1), test.watch.query('SELECT 1')]);
      if (total && (await approvals(card, 2_000)) === approved) return;
    }
  };

  it('create a rule that applies at once, change it, and disable it; each change is on record with its reason', async () => {
    const created = await call('POST', 'rules', { ...rule, scopeId: 'ic_managed', reason: 'new customer' });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ ...rule, scopeId: 'ic_managed', enabled: true });
    await untilDecided('ic_managed', false);
    const id = String(created.body.id);
    const changed = await call('PATCH', `rules/${id}`, { maxTotal: 50_000, blockedCountries: ['KP'] });
    expect(changed.body).toMatchObject({ maxTotal: 50_000, blockedCountries: ['KP'], name: 'daily' });
    await untilDecided('ic_managed', true);
    expect((await call('POST', `rules/${id}/disable`, { reason: 'left' })).body).toMatchObject({
      enabled: false,
    });
    expect((await call('GET', 'rules')).body.data).toHaveLength(1);
    expect((await call('GET', `rules/${id}`)).body).toMatchObject({ id, enabled: false });
    const audit = await test.watch.query(
      'SELECT key_name, action, target, reason FROM audit_log ORDER BY id',
    );
    expect(audit).toEqual([
      { key_name: 'bootstrap', action: 'spending_rule.create', target: id, reason: 'new customer' },
      { key_name: 'bootstrap', action: 'spending_rule.update', target: id, reason: null },
      { key_name: 'bootstrap', action: 'spending_rule.update', target: id, reason: 'left' },
    ]);
  });

  it.each([
    [{}, 'rule_invalid', ['name', 'livemode', 'scope']],
    [{ ...rule, scope: 'shop' }, 'rule_invalid', ['scope']],
    [{ ...rule, maxTotal: 1.5, currency: 'EURO' }, 'rule_invalid', ['currency', 'maxTotal']],
    [{ ...rule, maxTotl: 5 }, 'rule_invalid', ['maxTotl']],
    [{ ...rule, blockedCountries: 'KP' }, 'rule_invalid', ['blockedCountries']],
    [{ ...rule, currency: undefined }, 'rule_contradictory', undefined],
    [{ ...rule, period: undefined }, 'rule_contradictory', undefined],
    [{ ...rule, maxTotal: undefined }, 'rule_contradictory', undefined],
    [{ ...rule, scope: 'platform', scopeId: 'x' }, 'rule_contradictory', undefined],
    ['{', 'request_refused', undefined],
  ])('refuse the rule %j and say what is wrong', async (body, code, fields) => {
    const answer = await call('POST', 'rules', body);
    expect([answer.status, answer.body.code]).toEqual([400, code]);
    const errors = answer.body.errors as { field: string }[] | undefined;
    expect(errors?.map(({ field }) => field).toSorted()).toEqual(fields?.toSorted());
  });

  it('refuse a body that is too large', async () => {
    const { status, body } = await call('POST', 'rules', { name: 'x'.repeat(300_000) });
    expect([status, body.code]).toEqual([413, 'body_too_large']);
  });

  it('list decisions newest first, by outcome and card, page by page', async () => {
    const events = [1, 2, 3].map((amount) => authorizationRequest(amount, { card: 'ic_listed' }));
    for (const event of events) await test.authorize(event);
    await test.watch.query(`UPDATE issuing_decision SET outcome = 'mismatch' WHERE event_id = $1`, [
      events[1]?.id,
    ]);
    const first = await call('GET', 'decisions?card=ic_listed&limit=2');
    const ids = ({ body }: { body: Record<string, unknown> }) =>
      (body.data as { eventId: string }[]).map((d) => d.eventId);
    expect(ids(first)).toEqual([events[2]?.id, events[1]?.id]);
    expect(first.body.next).toBe(events[1]?.id);
    const second = await call('GET', `decisions?card=ic_listed&limit=2&after=${String(first.body.next)}`);
    expect([ids(second), second.body.next]).toEqual([[events[0]?.id], null]);
    const mismatches = await call('GET', 'decisions?outcome=mismatch&card=ic_listed');
    expect(mismatches.body.data).toMatchObject([
      { eventId: events[1]?.id, asked: 2, approved: true, outcome: 'mismatch' },
    ]);
  });

  it.each(['outcome=odd', 'limit=0', 'limit=x', 'crad=ic_1'])('refuse the query %s', async (query) => {
    const { status, body } = await call('GET', `decisions?${query}`);
    expect([status, body.code]).toEqual([400, 'query_invalid']);
  });

  it('answer 404 for a rule that is not there', async () => {
    for (const id of ['999999', 'x', '1e3']) expect((await call('GET', `rules/${id}`)).status).toBe(404);
  });

  it('need a key that is known, valid and of sufficient scope', async () => {
    for (const authorization of ['', 'Bearer wrong', 'Basic !!', 'Digest x', 'Bearer']) {
      const { status, body } = await call('GET', 'rules', undefined, authorization);
      expect([status, body.code]).toEqual([401, 'admin_key_missing']);
    }
    const basic = `Basic ${Buffer.from(`operator:${KEY}`).toString('base64')}`;
    expect((await call('GET', 'rules', undefined, basic)).status).toBe(200);
    const hash = `encode(sha256('read-only-key'), 'hex')`;
    await test.watch.query(`INSERT INTO admin_key (name, hash, scope) VALUES ('reader', ${hash}, 'read')`);
    expect((await call('GET', 'rules', undefined, 'Bearer read-only-key')).status).toBe(200);
    const refused = await call('POST', 'rules', rule, 'Bearer read-only-key');
    expect([refused.status, refused.body.code]).toEqual([403, 'admin_scope_missing']);
    for (const end of ['revoked_at', 'expires_at']) {
      await test.watch.query(
        `UPDATE admin_key SET revoked_at = NULL, expires_at = NULL WHERE name = 'reader'`,
      );
      await test.watch.query(
        `UPDATE admin_key SET ${end} = now() - interval '1 second' WHERE name = 'reader'`,
      );
      expect((await call('GET', 'rules', undefined, 'Bearer read-only-key')).status).toBe(401);
    }
    const metrics = await test.app.metrics();
    for (const refused of ['{reason="no_key"} 4', '{reason="wrong_key"} 3', '{reason="scope"} 1']) {
      expect(metrics).toContain(`turnpike_admin_refused_total${refused}`);
    }
  });
});
