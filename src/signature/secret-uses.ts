import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DataSource } from 'typeorm';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { endsWithin } from '../timing/time-limit.js';
import { RECORD_USES, REGISTER_SECRETS } from './secret-statements.js';
import { type Endpoint, type SigningSecret, SigningSecrets } from './signing-secrets.js';

/** How often a process writes down what it has counted, if there is anything. In milliseconds. */
const WRITE_EVERY_MS = 5_000;
const STOP_TIMEOUT_MS = 2_000;

interface Uses {
  endpoint: Endpoint;
  secret: string;
  uses: number;
}

/**
 * Which secrets verify deliveries, for all processes to know: a retired one that is still used, or an endpoint that has
 * gone silent, is an alert. Counted in memory, one statement at times: no delivery waits for it or fails with it.
 */
@Injectable()
export class SecretUses implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private counted = new Map<string, Uses>();
  private registered = false;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly secrets: SigningSecrets,
    private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @param source - of the event: it decides where one secret serves several endpoints */
  count({ fingerprint: secret, endpoints }: SigningSecret, source?: Endpoint): void {
    const endpoint = endpoints.find((one) => one === source) ?? endpoints[0];
    if (endpoint === undefined) return;
    const key = `${endpoint} ${secret}`;
    const { uses } = this.counted.get(key) ?? { uses: 0 };
    this.counted.set(key, { endpoint, secret, uses: uses + 1 });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.write();
  }

  /** Writes down what was counted since the last time. What cannot be written is counted again later. */
  @Interval(WRITE_EVERY_MS)
  write(): Promise<void> {
    this.writing = this.writing.then(() => this.writeNow());
    return this.writing;
  }

  async beforeApplicationShutdown(): Promise<void> {
    await endsWithin(STOP_TIMEOUT_MS, this.write());
  }

  private async writeNow(): Promise<void> {
    // A worker has no secrets: it must not say that there are none.
    if (this.config.ROLE === 'worker') return;
    const counted = this.counted;
    try {
      if (!this.registered) await this.register();
      if (counted.size === 0) return;
      this.counted = new Map();
      const uses = [...counted.values()];
      const columns = [
        uses.map((use) => use.endpoint),
        uses.map((use) => use.secret),
        uses.map((use) => use.uses),
      ];
      await this.dataSource.query(RECORD_USES, [...columns, this.config.ALERT_SILENT_ENDPOINT_MINUTES]);
    } catch (error) {
      this.restore(counted);
      this.logger.debug({ error: loggable(error) }, 'uses of signing secrets are written down later');
    }
  }

  private async register(): Promise<void> {
    const listed = (['direct', 'connect', 'issuing'] as const).flatMap((endpoint) =>
      this.secrets.of([endpoint]).map(({ fingerprint }, position) => ({ endpoint, fingerprint, position })),
    );
    await this.dataSource.query(REGISTER_SECRETS, [
      listed.map(({ endpoint }) => endpoint),
      listed.map(({ fingerprint }) => fingerprint),
      listed.map(({ position }) => position),
    ]);
    this.registered = true;
  }

  private restore(counted: Map<string, Uses>): void {
    if (counted === this.counted) return;
    for (const [key, { uses, ...use }] of counted) {
      this.counted.set(key, { ...use, uses: uses + (this.counted.get(key)?.uses ?? 0) });
    }
  }
}
