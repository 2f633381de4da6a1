import { Inject, Injectable } from '@nestjs/common';
import { Redis, type RedisOptions } from 'ioredis';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';

type ConnectionType = 'client' | 'subscriber' | 'bclient';

const COMMAND_TIMEOUT_MS = 2_000;

/**
 * Makes and owns the Redis connections of the queues: Bull does not close what it did not open itself.
 *
 * `client` fails fast when Redis is away, so that no answer ever waits for it. `subscriber` and `bclient` must wait
 * for ever, because Bull blocks on them.
 */
@Injectable()
export class RedisConnections {
  private readonly connections: Redis[] = [];
  private readonly shared = new Map<ConnectionType, Redis>();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  readonly create = (type: ConnectionType): Redis => {
    if (type === 'bclient') return this.connect(type);
    const connection = this.shared.get(type) ?? this.connect(type);
    this.shared.set(type, connection);
    return connection;
  };

  /** Whether Redis answers now. */
  async isUp(): Promise<boolean> {
    try {
      return (await this.create('client').ping()) === 'PONG';
    } catch {
      return false;
    }
  }

  disconnect(): void {
    for (const connection of this.connections) connection.disconnect();
  }

  private connect(type: ConnectionType): Redis {
    const base: RedisOptions = {
      connectTimeout: 2_000,
      retryStrategy: (tries) => Math.min(50 * 2 ** Math.min(tries, 5), 1_000),
    };
    const failFast: RedisOptions = {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_TIMEOUT_MS,
    };
    const patient: RedisOptions = { enableReadyCheck: false, maxRetriesPerRequest: null };
    const redis = new Redis(this.config.REDIS_URL, { ...base, ...(type === 'client' ? failFast : patient) });
    // Each queue listens on the connections that they share.
    redis.setMaxListeners(0);
    redis.on('error', (error) =>
      this.logger.debug({ connection: type, error: loggable(error) }, 'redis error'),
    );
    // On a pause Bull reconnects and does not expect that to fail; ioredis goes on trying by itself.
    const reconnect = redis.connect.bind(redis);
    redis.connect = () => reconnect().catch(() => undefined);
    this.connections.push(redis);
    return redis;
  }
}
