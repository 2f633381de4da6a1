import { describe, expect, it } from '@jest/globals';
import { adminCli, cells } from './admin-cli.js';

const the = adminCli();
const { test } = the;
const header = ['ID', 'NAME', 'SCOPE', 'ACCOUNTS', 'STATE', 'CREATED', 'EXPIRES', 'LAST USED'];
const id = expect.stringMatching(/^\d+$/);
const time = expect.stringMatching(/^20\d\d-.*Z$/);

describe('turnpike keys create', () => {
  it('prints the key alone on standard output, and what it may do beside it', async () => {
    const made = await the.run('keys', 'create', '--name', 'Ada', '--scope', 'replay', '--expires', '90d');
    expect(made.out).toMatch(/^tpk_[\w-]+\n$/);
    const [first, row, last] = cells(made.err);
    expect(first).toEqual(header);
    expect(row).toEqual([id, 'Ada', 'replay', 'all', 'active', time, time, '–']);
    expect(last).toEqual(['Keep it: it is not stored and will not be shown again.']);
    const current = await the.run('keys', 'current', '--key', made.out.trim());
    expect(cells(current.out)[1]?.slice(1, 4)).toEqual(['Ada', 'replay', 'all']);
    expect({ made: made.code, current: current.code }).toEqual({ made: 0, current: 0 });
  });

  it('may read and nothing else unless told, and only what the accounts are told', async () => {
    const options = ['--account', 'acct_1', '--account', 'acct_2'];
    const key = await the.json('keys', 'create', '--name', 'support', ...options);
    expect(key).toMatchObject({
      id,
      name: 'support',
      scope: 'read',
      accounts: ['acct_1', 'acct_2'],
      expiresAt: null,
      revokedAt: null,
      key: expect.stringMatching(/^tpk_/),
    });
    const { out } = await the.run('keys', 'current', '--key', String(key.key));
    expect(cells(out)[1]?.slice(2, 5)).toEqual(['read', 'acct_1, acct_2', 'active']);
  });

  it('takes the day on which it ends', async () => {
    const key = await the.json('keys', 'create', '--name', 'x', '--expires', '2099-01-31');
    expect(key.expiresAt).toBe('2099-01-31T00:00:00.000Z');
  });

  it.each([
    [[], /required option '--name <text>' not specified/],
    [['--name', 'x', '--scope', 'root'], /Allowed choices are read, replay, admin/],
    [
      ['--name', 'x', '--expires', 'soon'],
      /It must be like 2026-11-21, 2026-11-21T10:00:00Z, 30m, 24h or 7d/,
    ],
    [['--name', 'x', '--expires', '2020-01-01'], /\(body_invalid\)\n {2}expiresAt: /],
    [['--name', 'x', '--account', 'me'], /\(body_invalid\)\n {2}accounts: /],
  ])('with %j says what is wrong and ends with 2', async (options, message) => {
    const { code, err, out } = await the.run('keys', 'create', ...options);
    expect(err).toMatch(message);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });
});

describe('turnpike keys', () => {
  it('lists keys, and revokes one, which is refused from then on', async () => {
    const key = await the.json('keys', 'create', '--name', 'leaver');
    const revoked = await the.run('keys', 'revoke', String(key.id), '--reason', 'left');
    expect(revoked).toMatchObject({ code: 0, out: `key ${String(key.id)} (leaver) is revoked\n`, err: '' });
    expect((await the.run('keys', 'current', '--key', String(key.key))).code).toBe(1);
    const lines = cells((await the.run('keys', 'list')).out);
    expect(lines[0]).toEqual(header);
    expect(lines).toContainEqual([key.id, 'leaver', 'read', 'all', 'revoked', time, '–', '–']);
    expect((await the.run('keys', 'list', '--limit', '1')).err).toBe(
      'these are the first 1: --limit shows more',
    );
  });

  it('says that a key has expired', async () => {
    await test.keyWith({ scope: 'read', expiresAt: new Date(Date.now() - 1_000) });
    const lines = cells((await the.run('keys', 'list')).out);
    expect(lines).toContainEqual([id, 'test read', 'read', 'all', 'expired', time, time, '–']);
  });

  it('ends with 1 where there is no such key', async () => {
    const { code, err } = await the.run('keys', 'revoke', '99/..');
    expect(err).toMatch(/\(key_not_found\)$/);
    expect(code).toBe(1);
  });
});

describe('turnpike audit list', () => {
  it('shows what was done by whom and why, newest first, as filtered', async () => {
    const key = await the.json('keys', 'create', '--name', 'short-lived', '--reason', 'try it');
    await the.run('keys', 'revoke', String(key.id), '--reason', 'seen\u001b[31m enough');
    const { code, out } = await the.run('audit', 'list', '--limit', '2');
    expect(cells(out)).toEqual([
      ['AT', 'KEY', 'ACTION', 'TARGET', 'REASON'],
      [time, 'bootstrap', 'admin_key.revoke', key.id, 'seen [31m enough'],
      [time, 'bootstrap', 'admin_key.create', key.id, 'try it'],
    ]);
    expect(code).toBe(0);
    const filter = ['--action', 'admin_key.create', '--target', String(key.id), '--by', '1', '--from', '1h'];
    expect(await the.json<object[]>('audit', 'list', ...filter)).toMatchObject([
      { action: 'admin_key.create', keyName: 'bootstrap', details: { name: 'short-lived' } },
    ]);
    const none = await the.run('audit', 'list', '--before', '2020-01-01');
    expect(none).toMatchObject({ code: 0, out: '', err: 'no entry matches' });
  });
});
