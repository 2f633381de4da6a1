import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { StoreWatch } from './store-watch.js';
import { type StripeCall, StripeStandIn } from './stripe-stand-in.js';
import { copyTemplate, uniquePrefix } from './test-database.js';
import { useTestServers } from './test-servers.js';
import { withRedis } from './with-redis.js';

/** What a test has not thought of must not look like success. */
const unanswered = ({ method, path }: StripeCall) => ({
  status: 404,
  body: {
    error: {
      type: 'invalid_request_error',
      message: `The test has no answer to ${method} ${path}: give one in turnpike.stripe.behaviour`,
    },
  },
});

type Undo = () => unknown;

/** What one harness has for itself: a database, a prefix in Redis, a folder, a stand-in for Stripe. */
export class Surroundings {
  private readonly undo: Undo[] = [];
  readonly prefix = uniquePrefix();
  databaseUrl: string;
  redisUrl: string;
  watch: StoreWatch;
  stripe: StripeStandIn;
  /** For files that the application writes. */
  dataDir: string;

  private constructor() {}

  /** @throws when the servers cannot run here; then nothing is left behind */
  static async make(): Promise<Surroundings> {
    const made = new Surroundings();
    try {
      await made.build();
      return made;
    } catch (error) {
      await made.remove();
      throw error;
    }
  }

  /** Notes what else to end. Last come, first gone. */
  readonly atEnd = (undo: Undo): void => {
    this.undo.push(undo);
  };

  /** Takes everything away. What fails does not keep the rest from being tried. @throws the first error */
  async remove(): Promise<void> {
    const errors: unknown[] = [];
    for (const undo of this.undo.splice(0).toReversed()) {
      try {
        await undo();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  private async build(): Promise<void> {
    const { servers, release } = await useTestServers();
    this.atEnd(release);
    const database = await copyTemplate(servers);
    this.atEnd(() => database.drop());
    this.databaseUrl = database.url;
    this.redisUrl = servers.redisUrl;
    this.atEnd(() => this.removeKeys());
    this.dataDir = mkdtempSync(path.join(os.tmpdir(), 'turnpike-harness-'));
    this.atEnd(() => rmSync(this.dataDir, { recursive: true, force: true }));
    this.stripe = await StripeStandIn.start();
    this.stripe.behaviour = unanswered;
    this.atEnd(() => this.stripe.stop());
    this.watch = await StoreWatch.open(database.url);
    this.atEnd(() => this.watch.close());
  }

  private removeKeys(): Promise<unknown> {
    return withRedis(this.redisUrl, async (redis) => {
      const keys = await redis.keys(`${this.prefix}*`);
      return keys.length > 0 ? redis.del(keys) : 0;
    });
  }
}
