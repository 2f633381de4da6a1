import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminCli, cells } from './admin-cli.js';

const the = adminCli([], { ALERT_EMAIL: 'on-call@platform.example.com' });
const { test } = the;

beforeAll(async () => {
  await test.watch.alsoWatch('alert');
  await test.watch.query(
    `INSERT INTO handler_run (event_id, event_created, handler_id, status, sweep_at, failed_at, error_fingerprint)
     VALUES ('evt_1', now(), 'shop.fulfil', 'dead', now(), now(), 'aaaaaaaaaaaaaaaa')`,
  );
  await test.watch.query(`UPDATE alert_schedule SET next_pass_at = '-infinity'`);
  await test.watch.until('SELECT FROM alert', [], (rows) => rows.length === 1);
});

describe('turnpike alerts', () => {
  it('lists what is wrong, and acknowledges it', async () => {
    const { code, out, err } = await the.run('alerts', 'list');
    const [head, [id = '', ...alert] = [], ...more] = cells(out);
    expect(head).toEqual(['ID', 'KIND', 'STATE', 'LAST SEEN', 'OPENED', 'WHAT']);
    const [what, when] = [
      expect.stringContaining('1 dead run of shop.fulfil'),
      expect.stringMatching(/^20.*Z$/),
    ];
    expect(alert).toEqual(['dead_runs', 'open', when, 'once', what]);
    expect({ code, err, more }).toEqual({ code: 0, err: '', more: [] });
    const done = await the.run('alerts', 'acknowledge', id, '--reason', 'ticket 4711');
    expect(done).toMatchObject({ code: 0, out: `${id}: acknowledged\n`, err: '' });
    expect(await the.run('alerts', 'list')).toMatchObject({ code: 0, out: '', err: 'no alerts' });
    expect(cells((await the.run('alerts', 'list', '--state', 'all')).out)[1]?.[2]).toBe(
      'acknowledged: ticket 4711',
    );
    expect(await the.json('alerts', 'list', '--state', 'acknowledged')).toMatchObject([{ id }]);
    expect(await the.run('alerts', 'acknowledge', '999')).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no such alert'),
    });
  });

  it('sends a test message', async () => {
    const { code, out } = await the.run('alerts', 'test');
    expect(out).toMatch(/^msg_\w+ is on its way by e-mail\n$/);
    expect(code).toBe(0);
    expect(await the.json('alerts', 'test')).toMatchObject({ email: true, webhook: false });
  });
});
