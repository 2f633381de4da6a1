import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RedisConnections } from '../event-processing/redis-connections.js';
import { withTimeLimit } from '../timing/time-limit.js';

/** Longest wait for one part, in milliseconds: shorter than the time-outs of load balancers. */
const CHECK_TIMEOUT_MS = 1_000;

export interface Readiness {
  status: 'ready' | 'degraded' | 'not_ready';
  parts: Record<'postgres' | 'redis', 'up' | 'down'>;
}

/** Asks the parts a process needs whether they answer. */
@Injectable()
export class ReadinessCheck {
  constructor(
    private readonly dataSource: DataSource,
    private readonly redis: RedisConnections,
  ) {}

  async check(): Promise<Readiness> {
    const [postgres, redis] = await Promise.all([
      // Not just any answer: without the schema no event can be stored.
      up(this.dataSource.query('SELECT FROM stripe_event LIMIT 0').then(() => true)),
      up(this.redis.isUp()),
    ]);
    // Without Redis events are still stored and acknowledged; only their handling waits.
    const status = postgres === 'down' ? 'not_ready' : redis === 'down' ? 'degraded' : 'ready';
    return { status, parts: { postgres, redis } };
  }
}

const up = (answer: Promise<boolean>): Promise<'up' | 'down'> =>
  withTimeLimit(CHECK_TIMEOUT_MS, answer).then(
    (yes) => (yes ? 'up' : 'down'),
    () => 'down',
  );
