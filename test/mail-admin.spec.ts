import { beforeAll, describe, expect, it } from '@jest/globals';
import { mailTest } from './harness/mail-test.js';

describe('GET /admin/mail', () => {
  const test = mailTest();
  const keys = ['list/1', 'list/2', 'list/3'];

  beforeAll(async () => {
    for (const [i, key] of keys.entries()) await test.put({ key, account: i === 2 ? null : `acct_${i}` });
    await test.until(keys, 'sent');
  });

  const listed = async (query: string, key?: string) => {
    const answer = await test.admin.call<{ data: { key: string }[]; next: string | null }>(
      'GET',
      `mail${query}`,
      key === undefined ? {} : { key },
    );
    expect(answer.status).toBe(200);
    return { keys: answer.body.data.map((mail) => mail.key), next: answer.body.next };
  };

  it('lists the newest first, page by page', async () => {
    const first = await listed('?limit=2');
    expect(first.keys).toEqual(['list/3', 'list/2']);
    expect(await listed(`?limit=2&after=${first.next}`)).toEqual({ keys: ['list/1'], next: null });
    expect(await listed('?status=dead')).toEqual({ keys: [], next: null });
  });

  it('shows a restricted key the messages about its accounts alone, and lets it retry no other', async () => {
    const key = await test.admin.keyWith({ scope: 'replay', accounts: ['acct_1'] });
    expect((await listed('', key)).keys).toEqual(['list/2']);
    expect((await listed('?account=acct_0', key)).keys).toEqual([]);
    const ids = await test.watch.query<{ id: string }>('SELECT id FROM outgoing_mail ORDER BY id');
    const answers = [];
    for (const { id } of ids)
      answers.push((await test.admin.call('POST', `mail/${id}/retry`, { key })).status);
    expect(answers).toEqual([404, 409, 404]);
  });

  it.each([
    ['GET', 'mail?status=lost', 400],
    ['GET', 'mail?after=x', 400],
    ['GET', 'mail?after=1&after=2', 400],
    ['GET', 'mail?limit=201', 400],
    ['GET', 'mail?account=%00', 400],
    ['GET', 'mail?unknown=1', 400],
    ['POST', 'mail/x/retry', 404],
    ['POST', 'mail/99999999999999999999/retry', 404],
  ])('answers %s %s with %d', async (method, path, status) => {
    expect((await test.admin.call(method, path)).status).toBe(status);
  });

  it('answers a retry with a wrong body with 400', async () => {
    const answer = await test.admin.call('POST', 'mail/1/retry', { body: { reason: 1 } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'body_invalid' } });
  });

  it('lets a key that may only read retry nothing', async () => {
    const key = await test.admin.keyWith({ scope: 'read' });
    expect((await test.admin.call('POST', 'mail/1/retry', { key })).status).toBe(403);
  });
});
