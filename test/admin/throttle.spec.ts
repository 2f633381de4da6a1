import { describe, expect, it } from '@jest/globals';
import { ADMIN_KEY, type AdminAnswer, adminTest } from '../harness/admin-test.js';

const refusal = ({ status, body }: AdminAnswer<{ code?: string }>) => [status, body.code];

/** Bounds are wide enough for any machine: the window is a minute. */
const expectTimeToComeBack = ({ headers }: AdminAnswer<unknown>) => {
  const seconds = Number(headers.get('Retry-After'));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(60);
};

describe('the throttle of the admin routes', () => {
  const test = adminTest([], { ADMIN_REQUESTS_PER_MINUTE: '5', ADMIN_FAILED_LOGINS_PER_MINUTE: '3' });

  it('limits each key, whatever the route and the answer, with a time to come back', async () => {
    const key = await test.keyWith();
    for (const path of ['keys/current', 'keys', 'keys/current', 'audit', 'keys/current']) {
      expect([200, 403]).toContain((await test.call('GET', path, { key })).status);
    }
    const limited = await test.call<{ code?: string }>('GET', 'keys/current', { key });
    expect(refusal(limited)).toEqual([429, 'admin_rate_limited']);
    expectTimeToComeBack(limited);
    expect((await test.call('GET', 'keys/current', { key: await test.keyWith() })).status).toBe(200);
    expect(await test.app.metrics()).toContain('turnpike_admin_refused_total{reason="rate"} 1');
  });

  it('lets as many pass as it says when they come at once', async () => {
    const key = await test.keyWith();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => test.call('GET', 'keys/current', { key })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
  });

  it('limits wrong keys by address, and lets the right ones in all the same', async () => {
    const attempt = (key: string) => test.call<{ code?: string }>('GET', 'keys/current', { key });
    for (const key of ['wrong', 'tpk_wrong', 'another']) {
      expect(refusal(await attempt(key))).toEqual([401, 'admin_key_missing']);
    }
    const limited = await attempt('wrong');
    expect(refusal(limited)).toEqual([429, 'admin_login_limited']);
    expectTimeToComeBack(limited);
    expect((await attempt(ADMIN_KEY)).status).toBe(200);
    expect(refusal(await attempt(''))).toEqual([401, 'admin_key_missing']);
    const metrics = await test.app.metrics();
    expect(metrics).toContain('turnpike_admin_refused_total{reason="wrong_key"} 4');
    expect(metrics).toContain('turnpike_admin_refused_total{reason="no_key"} 1');
  });
});
