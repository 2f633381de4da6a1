import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { DIRECT_SECRET } from './harness/app.js';
import { inboundTest } from './harness/inbound-test.js';
import { expectProblem } from './harness/refusal.js';
import { paymentFor, routes } from './harness/routes.js';

const newest = { direct: 'whsec_direct_new', connect: 'whsec_connect_new' };
const old = { direct: 'whsec_direct_old', connect: 'whsec_connect_old' };
const oldest = { direct: 'whsec_direct_oldest', connect: 'whsec_connect_oldest' };

const test = inboundTest({
  env: {
    STRIPE_DIRECT_WEBHOOK_SECRETS: `${newest.direct}, ${old.direct},${oldest.direct}`,
    STRIPE_CONNECT_WEBHOOK_SECRETS: `${newest.connect},${old.connect} ,${oldest.connect}`,
  },
});

const fingerprint = (secret: string) => createHash('sha256').update(secret).digest('hex').slice(0, 8);
const uses = (secret: string) =>
  test.metric('turnpike_retired_secret_uses_total', { secret: fingerprint(secret) });

describe.each(routes)('while the secret of $path is rolled', (route) => {
  const { path, source } = route;
  const retired = [old[source], oldest[source]];

  /** Delivers an event; resolves with the fingerprint that was stored and how often retired secrets were counted. */
  async function signedWith(secret: string | string[]) {
    const before = await Promise.all(retired.map(uses));
    const event = paymentFor(route);
    expect((await test.app.deliver({ path, secret, event })).status).toBe(200);
    const [row] = await test.stored(event.id);
    const after = await Promise.all(retired.map(uses));
    return { stored: row?.signed_with, counted: after.map((count, i) => count - (before[i] ?? 0)) };
  }

  it('the new secret is recorded and not counted', async () => {
    const stored = fingerprint(newest[source]);
    expect(await signedWith(newest[source])).toEqual({ stored, counted: [0, 0] });
  });

  it('an event signed only with a retired secret is accepted, recorded and counted', async () => {
    const [first = '', second = ''] = retired;
    expect(await signedWith(first)).toEqual({ stored: fingerprint(first), counted: [1, 0] });
    expect(await signedWith(second)).toEqual({ stored: fingerprint(second), counted: [0, 1] });
  });

  it('an event signed with several secrets counts for the newest, whatever their order', async () => {
    const all = [newest[source], ...retired];
    const stored = fingerprint(newest[source]);
    expect(await signedWith(all)).toEqual({ stored, counted: [0, 0] });
    expect(await signedWith(all.toReversed())).toEqual({ stored, counted: [0, 0] });
    const [first = '', second = ''] = retired;
    expect(await signedWith([second, 'whsec_unknown', first])).toEqual({
      stored: fingerprint(first),
      counted: [1, 0],
    });
  });

  it('a secret that is in no list, and a list as a whole, sign nothing', async () => {
    const list = `${newest[source]}, ${old[source]},${oldest[source]}`;
    for (const secret of ['whsec_removed', DIRECT_SECRET, ` ${old[source]}`, list]) {
      const answer = await test.app.deliver({ path, secret, event: paymentFor(route) });
      expectProblem(answer, 400, 'signature_mismatch');
    }
  });
});

it('a secret stays an endpoint’s own: the other dedicated route refuses it', async () => {
  for (const [path, source] of [
    ['/webhook', 'connect'],
    ['/connect-webhook', 'direct'],
  ] as const) {
    for (const secret of [newest[source], old[source]]) {
      const [route] = routes.filter((one) => one.source === source);
      const answer = await test.app.deliver({ path, secret, event: route ? paymentFor(route) : {} });
      expectProblem(answer, 400, 'signature_mismatch');
    }
  }
});
