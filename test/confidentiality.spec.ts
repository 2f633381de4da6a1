import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createEvent } from '../src/event-factories/create-event.js';
import { CONNECT_SECRET, deliver, type Delivery, DIRECT_SECRET } from './harness/app.js';
import { AppProcess } from './harness/app-process.js';
import { metricValue } from './harness/inbound-test.js';
import { createDatabase, redisUrl, type TestDatabase, uniquePrefix } from './harness/stack.js';
import { StoreWatch } from './harness/store-watch.js';

describe('what an application writes and serves', () => {
  const PAYLOAD = 'MARKERpayload';
  const HEADER = 'MARKERheader';
  const secrets = {
    STRIPE_DIRECT_WEBHOOK_SECRETS: `${DIRECT_SECRET},whsec_retired_secret`,
    STRIPE_CONNECT_WEBHOOK_SECRETS: CONNECT_SECRET,
    STRIPE_SECRET_KEY: 'sk_test_confidential_key',
    ADMIN_BOOTSTRAP_KEY: 'confidential-admin-key-of-40-characters!',
  };
  let database: TestDatabase;
  let watch: StoreWatch;
  let app: AppProcess;
  const answers: number[] = [];
  let written: string;
  let served: string;

  const marked = (object: object) => ({
    ...createEvent('payment_intent.succeeded', { object: { metadata: { note: PAYLOAD }, ...object } }),
    request: { id: null, idempotency_key: PAYLOAD },
  });
  const good = marked({ description: PAYLOAD });
  const misrouted = { ...marked({}), account: 'acct_1Marked' };
  const failing = marked({ amount_received: PAYLOAD });

  beforeAll(async () => {
    database = await createDatabase();
    watch = await StoreWatch.open(database.url);
    const servers = { databaseUrl: database.url, redisUrl: redisUrl(), prefix: uniquePrefix() };
    app = await AppProcess.start(
      { ...servers, env: { LOG_LEVEL: 'trace', ...secrets } },
      'harness/paid-amounts.ts',
    );
    const refused: Delivery[] = [
      { event: { ...good, id: `${PAYLOAD}-` } },
      { event: { ...good, type: `${PAYLOAD} ` } },
      { body: `{"id":"${PAYLOAD}"` },
      { body: JSON.stringify(PAYLOAD) },
      { body: Buffer.from(`${PAYLOAD}\xff`, 'latin1') },
      { event: good, secret: 'whsec_unknown' },
      { event: good, headers: { 'stripe-signature': `t=1,v1=${HEADER}` } },
      { event: good, headers: { 'content-type': HEADER } },
      { event: good, headers: { 'content-encoding': HEADER } },
      { event: good, path: `/${HEADER}` },
      { body: PAYLOAD.repeat(100_000) },
    ];
    const accepted = [good, misrouted, failing].map((event) => ({ event, secret: 'whsec_retired_secret' }));
    for (const delivery of [...accepted, ...refused]) answers.push((await deliver(app.url, delivery)).status);
    await watch.untilFinished([good.id, misrouted.id]);
    await watch.until<{ status: string }>(
      'SELECT status FROM handler_run WHERE event_id = $1',
      [failing.id],
      (rows) => rows.some(({ status }) => status === 'retrying'),
    );
    served = await (await fetch(`${app.url}/metrics`)).text();
    served += await (await fetch(`${app.url}/health/ready`)).text();
    await app.stop();
    written = app.output;
  });

  afterAll(async () => {
    await app.stop();
    await watch.close();
    await database.drop();
  });

  it('comes from events that were accepted and requests that were refused', () => {
    expect(answers).toEqual([200, 200, 200, 400, 400, 400, 400, 400, 400, 400, 415, 415, 404, 413]);
    const accepted = { endpoint: 'direct', status: '200', reason: 'ok' };
    expect(metricValue(served, 'turnpike_deliveries_total', accepted)).toBe(3);
  });

  it('names events, runs, accounts and what went wrong', () => {
    const entries = written
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const said = (msg: string) => entries.filter((entry) => entry.msg === msg);
    expect(said('event arrived at the endpoint of another source')).toMatchObject([
      {
        level: 'warn',
        eventId: misrouted.id,
        account: 'acct_1Marked',
        endpoint: 'direct',
        source: 'connect',
      },
    ]);
    expect(said('event was signed only with a retired secret')).toMatchObject([
      { level: 'warn', endpoint: 'direct', secret: expect.stringMatching(/^[0-9a-f]{8}$/) },
    ]);
    expect(said('run succeeded')).toContainEqual(
      expect.objectContaining({
        eventId: good.id,
        handlerId: 'test.amount',
        runId: expect.stringMatching(/^\d+$/),
        attempt: 1,
      }),
    );
    expect(said('attempt failed')).toContainEqual(expect.objectContaining({ eventId: failing.id }));
  });

  it('holds no secret', () => {
    const passwords = [database.url, redisUrl()].map((url) => new URL(url).password).filter(Boolean);
    const words = [...Object.values(secrets).flatMap((value) => value.split(',')), ...passwords];
    expect(words.filter((word) => (written + served).includes(word))).toEqual([]);
  });

  it('holds nothing of a refused request', () => {
    expect(linesWith(HEADER, written + served)).toEqual([]);
  });

  it('holds no field of a payload that was handled or refused', () => {
    expect(linesWith(PAYLOAD, written + served).filter((line) => !line.includes(failing.id))).toEqual([]);
  });

  it('holds no field of a payload that a handler failed on', () => {
    expect(linesWith(PAYLOAD, written).filter((line) => line.includes(failing.id))).toEqual([]);
  });
});

const linesWith = (word: string, text: string) => text.split('\n').filter((line) => line.includes(word));
