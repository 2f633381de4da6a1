import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { loadConfig } from '../src/config/env.js';
import { EventIngest } from '../src/event-store/event-ingest.js';
import { createLogger } from '../src/logging/logger.js';
import { Metrics } from '../src/metrics/metrics.js';
import { testEnvironment } from './harness/app.js';
import { deliverAll, type Delivered, manyEvents, slowest, statuses } from './harness/deliveries.js';
import { faultTest, readiness } from './harness/fault-test.js';

const INGEST_TIMEOUT_MS = 1_500;
/** What an answer may take beyond the time-out, on a busy machine. */
const MARGIN_MS = 1_000;

describe('while Postgres is away', () => {
  const scene = faultTest('harness/outage-effects.ts', { max_connections: '40' });
  const postgres = () => scene.servers.postgres;
  const isAcknowledged = ({ answer }: Delivered) => answer?.status === 200;
  const eventsOf = (delivered: Delivered[]) => delivered.map(({ event }) => event);

  /** Of these events, those that are not stored, not stored once, or not byte for byte as they were sent. */
  const notStored = async (delivered: Delivered[]) => {
    const rows = await scene.watch.query<{ id: string; payloads: string[] }>(
      'SELECT id, array_agg(payload) AS payloads FROM stripe_event WHERE id = ANY ($1) GROUP BY id',
      [delivered.map(({ event }) => event.id)],
    );
    const stored = new Map(rows.map(({ id, payloads }) => [id, payloads.join()]));
    return eventsOf(delivered).filter((event) => stored.get(event.id) !== JSON.stringify(event, null, 2));
  };

  const expectRefusedInTime = (refused: Delivered[]) => {
    expect(statuses(refused)).toEqual(new Set([503]));
    expect(slowest(refused)).toBeLessThan(INGEST_TIMEOUT_MS + MARGIN_MS);
    for (const { answer } of refused) {
      expect(answer?.headers.get('content-type')).toBe('application/problem+json');
      expect(answer?.body).toMatchObject({ status: 503, code: 'store_unavailable' });
    }
  };

  describe('one process that lives through it', () => {
    const app = scene.startOnce({
      INGEST_TIMEOUT_MS: String(INGEST_TIMEOUT_MS),
      WORKER_CONCURRENCY: '6',
    });

    const expectAllWellAfterSendingAgain = async (refused: Delivered[]) => {
      const again = await deliverAll(app.url, eventsOf(refused));
      expect(statuses(again)).toEqual(new Set([200]));
      expect(await notStored(again)).toEqual([]);
      expect(await scene.notHandledOnce(again)).toEqual([]);
      expect(await readiness(app)).toMatchObject({ httpStatus: 200, status: 'ready' });
    };

    /** Sends events; Postgres fails as soon as this many were acknowledged. */
    const deliverUntilFailure = async (count: number, failAfter: number, fail: () => unknown) => {
      let acknowledged = 0;
      let failing: unknown;
      const delivered = await deliverAll(app.url, manyEvents(count), {
        width: 30,
        onAnswer: (one) => {
          if (isAcknowledged(one) && ++acknowledged === failAfter) failing = fail();
        },
      });
      await failing;
      expect(await readiness(app)).toMatchObject({ httpStatus: 503, parts: { postgres: 'down' } });
      return {
        safe: delivered.filter(isAcknowledged),
        refused: delivered.filter((one) => !isAcknowledged(one)),
      };
    };

    it('killed in mid-load: what was acknowledged is stored, and the rest is handled once when sent again', async () => {
      const { safe, refused } = await deliverUntilFailure(400, 150, () => postgres().kill());
      expectRefusedInTime(refused);
      await postgres().start();
      await scene.lookAgain();
      expect(await notStored(safe)).toEqual([]);
      await expectAllWellAfterSendingAgain(refused);
      expect(await scene.notHandledOnce(safe)).toEqual([]);
    });

    it('frozen in mid-load: every event is refused in time, and handled once when sent again', async () => {
      const { safe, refused } = await deliverUntilFailure(160, 80, () => postgres().freeze());
      expectRefusedInTime(refused);
      postgres().thaw();
      expect(await notStored(safe)).toEqual([]);
      await expectAllWellAfterSendingAgain(refused);
      expect(await scene.notHandledOnce(safe)).toEqual([]);
    });

    it('too slow: every event is refused in time, and stored and handled once when sent again', async () => {
      await scene.roadblock.lock('LOCK TABLE stripe_event IN ACCESS EXCLUSIVE MODE');
      const refused = await deliverAll(app.url, manyEvents(60), { width: 30 });
      expectRefusedInTime(refused);
      await scene.roadblock.lift();
      await expectAllWellAfterSendingAgain(refused);
    });

    it('out of connections: every event is refused, and stored and handled once when sent again', async () => {
      await scene.watch.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'turnpike ingest'`,
      );
      const taken = await takeEveryConnection(scene.servers.databaseUrl);
      const refused = await deliverAll(app.url, manyEvents(20));
      await Promise.all(taken.map((client) => client.end()));
      expectRefusedInTime(refused);
      await expectAllWellAfterSendingAgain(refused);
    });
  });

  describe('events that are stored together', () => {
    let ingest: EventIngest;

    beforeEach(() => {
      const { databaseUrl, redisUrl } = scene.servers;
      const config = loadConfig(testEnvironment({ databaseUrl, redisUrl, prefix: scene.prefix }));
      ingest = new EventIngest(config, createLogger('silent'), new Metrics());
    });
    afterEach(() => ingest.onApplicationShutdown());

    it('are stored although one among them is refused by Postgres', async () => {
      // They come in one turn of the event loop, so that they make one group.
      const outcomes = await Promise.allSettled(
        manyEvents(10).map(({ id }, i) => ingest.store(newEvent(id, i === 5 ? 'no text: \0' : '{}'), [])),
      );
      const refused = outcomes.splice(5, 1);
      expect(refused).toEqual([{ status: 'rejected', reason: expect.objectContaining({ status: 400 }) }]);
      for (const outcome of outcomes) expect(outcome).toMatchObject({ value: { outcome: 'stored' } });
    });

    it('are stored however many handlers they have', async () => {
      const runs = Array.from({ length: 60 }, (_, i) => ({
        handlerId: `test.handler-${i}`,
        orderingKey: null,
        skipReason: null,
      }));
      const outcomes = await Promise.allSettled(
        manyEvents(260).map(({ id }) => ingest.store(newEvent(id, '{}'), runs)),
      );
      expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['fulfilled']));
    });
  });
});

const newEvent = (id: string, payload: string) => ({
  id,
  payload,
  created: new Date(),
  kind: 'snapshot' as const,
  source: 'direct' as const,
  account: null,
  context: null,
  livemode: false,
  type: 'payment_intent.succeeded',
  apiVersion: null,
  objectId: null,
  objectType: null,
  relatedIds: [],
  signedWith: 'test',
});

/** Connects until Postgres refuses. */
async function takeEveryConnection(connectionString: string): Promise<Client[]> {
  const taken: Client[] = [];
  for (;;) {
    const client = new Client({ connectionString });
    try {
      await client.connect();
      taken.push(client);
    } catch {
      return taken;
    }
  }
}
