import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ADMIN_KEY, adminTest } from '../harness/admin-test.js';

interface KeyView {
  id: string;
  name: string;
  scope: string;
  accounts: string[] | null;
  createdAt: string;
  expiresAt: string | null;
  revokedAt: string | null;
  lastUsedAt: string | null;
}
type CreatedKey = KeyView & { key: string };
interface Page<T> {
  data: T[];
  next: string | null;
}
interface AuditView {
  id: string;
  keyName: string;
  action: string;
  target: string;
  reason: string | null;
  details: Record<string, unknown>;
}
interface Refusal {
  code: string;
  errors?: { field: string }[];
}

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

describe('the keys of the admin API', () => {
  const test = adminTest();
  const create = (body: unknown, key = ADMIN_KEY) => test.call<CreatedKey>('POST', 'keys', { body, key });
  const revoke = (id: string, body: object = {}, key = ADMIN_KEY) =>
    test.call<KeyView & Refusal>('POST', `keys/${id}/revoke`, { body, key });
  const current = (key: string) => test.call<KeyView & Refusal>('GET', 'keys/current', { key });
  const audited = async (target: string) => {
    const { body } = await test.call<Page<AuditView>>('GET', `audit?target=${target}`);
    return body.data.map(({ keyName, action, reason, details }) => ({ keyName, action, reason, details }));
  };

  it('are random, work at once, and are shown once; only their hash is stored', async () => {
    const { status, body, headers } = await create({ name: 'on-call', scope: 'replay', reason: 'new team' });
    expect(status).toBe(201);
    expect(headers.get('cache-control')).toBe('no-store');
    const { key, ...view } = body;
    expect(key).toMatch(/^tpk_[A-Za-z0-9_-]{43}$/);
    expect(view).toMatchObject({
      name: 'on-call',
      scope: 'replay',
      accounts: null,
      expiresAt: null,
      revokedAt: null,
    });
    expect((await current(key)).body).toMatchObject({ id: view.id, name: 'on-call', scope: 'replay' });
    const stored = await test.watch.query('SELECT * FROM admin_key WHERE id = $1', [view.id]);
    expect(stored).toMatchObject([{ hash: createHash('sha256').update(key).digest('hex') }]);
    const audit = await test.watch.query('SELECT * FROM audit_log');
    const listed = (await test.call('GET', 'keys')).body;
    for (const kept of [stored, audit, listed]) expect(JSON.stringify(kept)).not.toContain(key);
    expect(JSON.stringify([audit, listed])).not.toContain(createHash('sha256').update(key).digest('hex'));
    expect((await create({ name: 'on-call', scope: 'replay' })).body.key).not.toBe(key);
    expect(await audited(view.id)).toEqual([
      {
        keyName: 'bootstrap',
        action: 'admin_key.create',
        reason: 'new team',
        details: { ...view, createdAt: expect.any(String) },
      },
    ]);
  });

  it('can be restricted to accounts and to a time', async () => {
    const expiresAt = inDays(1);
    const wanted = { name: 'shop', scope: 'read', accounts: ['acct_1', 'acct_2'], expiresAt };
    const { body } = await create(wanted);
    expect(body).toMatchObject(wanted);
    expect((await current(body.key)).body).toMatchObject({ accounts: ['acct_1', 'acct_2'], expiresAt });
    await test.watch.query(`UPDATE admin_key SET expires_at = now() - interval '1 second' WHERE id = $1`, [
      body.id,
    ]);
    expect((await current(body.key)).status).toBe(401);
  });

  it('are refused from the moment they are revoked; doing it twice changes nothing', async () => {
    const { body: made } = await create({ name: 'leaver', scope: 'read' });
    const first = await revoke(made.id, { reason: 'left' });
    expect([first.status, typeof first.body.revokedAt]).toEqual([200, 'string']);
    expect((await current(made.key)).body.code).toBe('admin_key_missing');
    const again = await revoke(made.id, { reason: 'really' });
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(await audited(made.id)).toMatchObject([
      { action: 'admin_key.revoke', reason: 'left', details: { revokedAt: first.body.revokedAt } },
      { action: 'admin_key.create', reason: null },
    ]);
  });

  it('are revoked once and audited once by ten requests at once, with or without a body', async () => {
    const { body: made } = await create({ name: 'leaver', scope: 'read' });
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => test.call<KeyView>('POST', `keys/${made.id}/revoke`)),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.revokedAt}`)).size).toBe(1);
    expect(await audited(made.id)).toHaveLength(2);
  });

  it('are listed newest first, page by page', async () => {
    const made: string[] = [];
    for (const name of ['a', 'b', 'c']) made.unshift((await create({ name, scope: 'read' })).body.id);
    const first = await test.call<Page<KeyView>>('GET', 'keys?limit=2');
    expect(first.body.data.map(({ id }) => id)).toEqual(made.slice(0, 2));
    const second = await test.call<Page<KeyView>>('GET', `keys?limit=1&after=${first.body.next}`);
    expect(second.body.data.map(({ id }) => id)).toEqual(made.slice(2));
    const { body: all } = await test.call<Page<KeyView>>('GET', 'keys?limit=200');
    expect([all.next, all.data.at(-1)?.name]).toEqual([null, 'bootstrap']);
  });

  it('tell when they were last used', async () => {
    const { body: made } = await create({ name: 'script', scope: 'read' });
    expect(made.lastUsedAt).toBeNull();
    let used: string | null = null;
    while (used === null) used = (await current(made.key)).body.lastUsedAt; // noted behind the answer
    expect(Date.parse(used)).toBeGreaterThanOrEqual(Date.parse(made.createdAt));
    expect((await current(made.key)).body.lastUsedAt).toBe(used);
  });

  const valid = { name: 'x', scope: 'read' };
  it.each<[unknown, string[]]>([
    [{}, ['name', 'scope']],
    [{ ...valid, name: '' }, ['name']],
    [{ ...valid, name: 'a\u0000b' }, ['name']],
    [{ ...valid, name: '\ud800' }, ['name']],
    [{ ...valid, name: 'x'.repeat(101) }, ['name']],
    [{ ...valid, scope: 'root' }, ['scope']],
    [{ ...valid, scope: ['read'] }, ['scope']],
    [{ ...valid, accounts: [] }, ['accounts']],
    [{ ...valid, accounts: 'acct_1' }, ['accounts']],
    [{ ...valid, accounts: ['acct_1', 'cus_1'] }, ['accounts']],
    [{ ...valid, accounts: [null] }, ['accounts']],
    [{ ...valid, expiresAt: '2020-01-01T00:00:00Z' }, ['expiresAt']],
    [{ ...valid, expiresAt: '2999-02-30T00:00:00Z' }, ['expiresAt']],
    [{ ...valid, expiresAt: '2999-01-01' }, ['expiresAt']],
    [{ ...valid, expiresAt: 32_503_680_000 }, ['expiresAt']],
    [{ ...valid, expiresAt: '+275760-09-13T00:00:00Z' }, ['expiresAt']],
    [{ ...valid, reason: '' }, ['reason']],
    [{ ...valid, expires: inDays(1) }, ['expires']],
    [{ ...valid, hash: 'x', id: '1', revokedAt: null }, ['hash', 'id', 'revokedAt']],
  ])('are not made of %j', async (body, fields) => {
    const answer = await test.call<Refusal>('POST', 'keys', { body });
    expect([answer.status, answer.body.code]).toEqual([400, 'body_invalid']);
    expect(answer.body.errors?.map(({ field }) => field).toSorted()).toEqual(fields);
  });

  it.each(['0', '999999', 'x', '1e3', '-1', '9'.repeat(30), '%00', '1%3B'])(
    'are not found by %s',
    async (id) => {
      const { status, body } = await revoke(id);
      expect([status, body.code]).toEqual([404, 'key_not_found']);
    },
  );

  it.each([
    'keys?limit=0',
    'keys?limit=1&limit=2',
    'keys?name=x',
    'keys?after=x',
    'audit?key=x',
    'audit?from=2026-01-01',
    'audit?before=x',
    'audit?actoin=x',
    'audit?target=%00',
    'audit?target=a&target=b',
  ])('are not listed by the query %s', async (path) => {
    const { status, body } = await test.call<Refusal>('GET', path);
    expect([status, body.code, body.errors?.length]).toEqual([400, 'query_invalid', 1]);
  });
});

describe('the last admin key', () => {
  const test = adminTest();
  const revoke = (id: string, key: string) =>
    test.call<KeyView & Refusal>('POST', `keys/${id}/revoke`, { key });
  const newAdmin = async () =>
    (await test.call<CreatedKey>('POST', 'keys', { body: { name: 'admin', scope: 'admin' } })).body;
  const ownId = async () => (await test.call<KeyView>('GET', 'keys/current')).body.id;

  it('cannot be revoked, whatever other keys there are, and however its id is written', async () => {
    await test.keyWith({ scope: 'replay' });
    await test.keyWith({ scope: 'admin', accounts: ['acct_1'] });
    await test.keyWith({ scope: 'admin', expiresAt: new Date(Date.now() - 1) });
    const id = await ownId();
    for (const written of [id, `0${id}`]) {
      const { status, body } = await revoke(written, ADMIN_KEY);
      expect([status, body.code]).toEqual([409, 'last_admin_key']);
    }
    expect(await ownId()).toBe(id);
  });

  it('is left when all are revoked at once, each by another one', async () => {
    for (let round = 0; round < 5; round++) {
      const { key, id } = await newAdmin();
      const bootstrap = await ownId();
      const answers = await Promise.all([
        ...[1, 2, 3].map(() => revoke(bootstrap, key)),
        ...[1, 2, 3].map(() => revoke(id, ADMIN_KEY)),
      ]);
      const [{ left } = { left: 0 }] = await test.watch.query<{ left: number }>(
        `SELECT count(*)::int AS left FROM admin_key
         WHERE scope = 'admin' AND accounts IS NULL AND revoked_at IS NULL AND expires_at IS NULL`,
      );
      expect(left).toBe(1);
      expect(answers.map(({ status }) => status).filter((status) => status >= 500)).toEqual([]);
      await test.watch.query('UPDATE admin_key SET revoked_at = NULL WHERE id = $1', [bootstrap]);
      await test.watch.query(`UPDATE admin_key SET revoked_at = now() WHERE name = 'admin'`);
    }
  }, 20_000);
});

describe('the audit log', () => {
  const test = adminTest();
  const list = async (query: string) =>
    (await test.call<Page<AuditView & { at: string; keyId: string }>>('GET', `audit?${query}`)).body;

  it('is listed newest first, by each filter and pair of filters, page by page', async () => {
    const other = await test.keyWith({ scope: 'admin' });
    const body = { name: 'x', scope: 'read' };
    const ids: string[] = [];
    for (const key of [ADMIN_KEY, other, ADMIN_KEY]) {
      ids.push((await test.call<CreatedKey>('POST', 'keys', { key, body })).body.id);
    }
    await test.call('POST', `keys/${ids[0]}/revoke`, { key: other });
    const all = (await list('')).data;
    expect(all.map(({ action, target }) => [action, target])).toEqual([
      ['admin_key.revoke', ids[0]],
      ['admin_key.create', ids[2]],
      ['admin_key.create', ids[1]],
      ['admin_key.create', ids[0]],
    ]);
    const [revoked, third, second, first] = all;
    if (!revoked || !third || !second || !first) throw new Error('four entries are missing');
    const filters: [string, (typeof all)[number][]][] = [
      [`key=${second.keyId}`, [revoked, second]],
      ['action=admin_key.create', [third, second, first]],
      [`target=${ids[0]}`, [revoked, first]],
      // The database knows microseconds, the answer milliseconds.
      [`from=${third.at}`, [revoked, third, ...[second, first].filter(({ at }) => at === third.at)]],
      [`before=${new Date(Date.parse(third.at) + 1).toISOString()}`, all.filter(({ at }) => at <= third.at)],
    ];
    for (const [one, ofOne] of filters) {
      for (const [two, ofTwo] of filters) {
        const both = all.filter((entry) => ofOne.includes(entry) && ofTwo.includes(entry));
        const query = one === two ? one : `${one}&${two}`;
        expect([query, (await list(query)).data]).toEqual([query, both]);
      }
    }
    const page = await list('limit=3');
    expect([page.data, (await list(`after=${page.next}`)).data]).toEqual([[revoked, third, second], [first]]);
  });
});
