import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { EmbeddedServices } from '../../src/embedded/embedded-services.js';
import { AppProcess } from './app-process.js';
import type { Delivered } from './deliveries.js';
import { createEffectTable } from './effects.js';
import { withRedis } from './redis.js';
import { Roadblock } from './roadblock.js';
import { startPrivateStack, uniquePrefix } from './stack.js';
import { StoreWatch } from './store-watch.js';

/** How one event was handled in the end. */
interface Handled {
  status: string;
  effects: number;
  attempts: string[];
}

/**
 * Servers that a test file may kill, freeze and flush, and processes of the application that are gone after each test.
 *
 * @param features - path of the module file with the handlers, relative to test/; default: the product's own
 */
export function faultTest(features?: string, postgresSettings: Record<string, string> = {}) {
  let servers: EmbeddedServices;
  let watch: StoreWatch;
  let roadblock: Roadblock;
  let prefix: string;
  const apps: AppProcess[] = [];

  const launch = (env: Record<string, string> = {}) => {
    const { databaseUrl, redisUrl } = servers;
    return AppProcess.start({ databaseUrl, redisUrl, prefix, env }, features);
  };
  const look = async () => {
    watch = await StoreWatch.open(servers.databaseUrl);
    roadblock = await Roadblock.open(servers.databaseUrl);
  };
  const lookAway = () => Promise.allSettled([watch.close(), roadblock.close()]);
  const lookAgain = async () => {
    await lookAway();
    await look();
  };

  /** A test that failed half-way must not take the next one with it. */
  const mend = async () => {
    for (const server of [servers.redis, servers.postgres]) {
      server.thaw();
      if (server.pid !== undefined) continue;
      await server.start();
      if (server === servers.postgres) await lookAgain();
    }
  };

  beforeAll(async () => {
    servers = await startPrivateStack({ postgresSettings });
    await look();
    await createEffectTable(watch);
    prefix = uniquePrefix();
  });
  afterEach(async () => {
    await mend();
    await roadblock.lift();
    await Promise.all(apps.splice(0).map((app) => app.stop()));
  });
  afterAll(async () => {
    await lookAway();
    await servers.stop();
  });

  return {
    get servers() {
      return servers;
    },
    get prefix() {
      return prefix;
    },
    get watch() {
      return watch;
    },
    get roadblock() {
      return roadblock;
    },
    /** Starts a process that is stopped after the test. */
    async start(env?: Record<string, string>): Promise<AppProcess> {
      const app = await launch(env);
      apps.push(app);
      return app;
    },
    /** One process that lives through all tests of a nested `describe`: it neither dies nor is it started again. */
    startOnce(env?: Record<string, string>): { readonly url: string } {
      let app: AppProcess | undefined;
      beforeAll(async () => {
        app = await launch(env);
      });
      afterAll(async () => {
        // The exit code of a process that was still there to be asked to stop.
        if ((await app?.stop()) !== 0) throw new Error(`The application has not survived:\n${app?.output}`);
      });
      return {
        get url() {
          return app?.url ?? '';
        },
      };
    },
    /** Connects the test's own sessions again after Postgres was gone. */
    lookAgain,
    /** Stands for the time after which nothing belongs to a dead or frozen worker. Call it while no other works. */
    async timePasses(): Promise<void> {
      await watch.query(`UPDATE handler_run SET lease_until = clock_timestamp() WHERE status = 'running'`);
      await withRedis(servers.redisUrl, async (redis) => {
        const ended = [
          ...(await redis.keys(`${prefix}:*:lock`)),
          ...(await redis.keys(`${prefix}:*:stalled-check`)),
        ];
        if (ended.length > 0) await redis.del(ended);
      });
    },
    /** Waits until the event's only run has ended. */
    async handled(eventId: string): Promise<Handled | undefined> {
      await watch.untilFinished([eventId]);
      const [handled] = await watch.query<Handled & { id: string }>(
        `SELECT status,
                (SELECT count(*)::int FROM effect WHERE effect.event_id = run.event_id) AS effects,
                ARRAY(SELECT outcome FROM handler_attempt WHERE run_id = run.id ORDER BY attempt) AS attempts
         FROM handler_run run WHERE event_id = $1`,
        [eventId],
      );
      return handled;
    },
    /** Those of these events whose run did not succeed or that have not exactly one effect: none, once all is done. */
    async notHandledOnce(delivered: readonly Delivered[]): Promise<string[]> {
      const ids = delivered.map(({ event }) => event.id);
      await watch.untilFinished(ids);
      const wrong = await watch.query<{ event_id: string }>(
        `SELECT sent.event_id FROM unnest($1::text[]) sent (event_id)
         WHERE (SELECT count(*) FROM effect WHERE effect.event_id = sent.event_id) <> 1
            OR (SELECT array_agg(status) FROM handler_run run WHERE run.event_id = sent.event_id) <> '{succeeded}'`,
        [ids],
      );
      return wrong.map((row) => row.event_id);
    },
  };
}

/** What a process says about its parts. */
export async function readiness({ url }: { url: string }): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/health/ready`);
  return { httpStatus: response.status, ...((await response.json()) as object) };
}
