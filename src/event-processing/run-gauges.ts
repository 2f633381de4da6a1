import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { DataSource } from 'typeorm';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { withTimeLimit } from '../timing/time-limit.js';
import { RunQueue } from './run-queue.js';

interface OpenRuns {
  handler: string;
  status: string;
  runs: number;
  oldest_seconds: number;
}

/** Scrapers wait about ten seconds for everything. */
const COLLECT_TIMEOUT_MS = 2_000;

/** Only open and dead runs, which partial indexes hold: the succeeded ones are a counter. A replayed run is not dead. */
const OPEN_RUNS = `
  SELECT handler_id AS handler, status, count(*)::int AS runs,
         COALESCE(EXTRACT(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS oldest_seconds
  FROM handler_run WHERE status IN ('pending', 'retrying') GROUP BY 1, 2
  UNION ALL
  SELECT handler_id, status, count(*)::int, 0 FROM handler_run WHERE status = 'running' GROUP BY 1, 2
  UNION ALL
  SELECT handler_id, status, count(*)::int, 0 FROM handler_run WHERE status = 'dead' AND NOT superseded GROUP BY 1, 2`;

const PAUSED = 'SELECT handler_id AS handler FROM paused_handler';

/** Gauges that are read from Postgres and Redis when somebody scrapes. */
@Injectable()
export class RunGauges implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly dataSource: DataSource,
    private readonly queue: RunQueue,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    const registers = [this.metrics.registry];
    const oldest = new Gauge({
      name: 'turnpike_oldest_waiting_seconds',
      help: 'Age of the oldest run that is pending or retrying, by handler.',
      labelNames: ['handler'],
      registers,
    });
    const runs: Gauge = new Gauge({
      name: 'turnpike_runs',
      help: 'Runs that are open or dead, by handler and status.',
      labelNames: ['handler', 'status'],
      registers,
      collect: () => this.orSkip('turnpike_runs', () => this.collectRuns(runs, oldest)),
    });
    const paused: Gauge = new Gauge({
      name: 'turnpike_paused_handlers',
      help: '1 for each handler that is paused.',
      labelNames: ['handler'],
      registers,
      collect: () => this.orSkip('turnpike_paused_handlers', () => this.collectPaused(paused)),
    });
    const depth: Gauge = new Gauge({
      name: 'turnpike_queue_jobs',
      help: 'Jobs in Redis by queue and state.',
      labelNames: ['queue', 'state'],
      registers,
      collect: () => this.orSkip('turnpike_queue_jobs', () => this.collectDepth(depth)),
    });
  }

  private async collectRuns(runs: Gauge, oldest: Gauge): Promise<void> {
    const rows = await this.dataSource.query<OpenRuns[]>(OPEN_RUNS);
    runs.reset();
    oldest.reset();
    const ages = new Map<string, number>();
    for (const { handler, status, runs: count, oldest_seconds: age } of rows) {
      runs.set({ handler, status }, count);
      ages.set(handler, Math.max(age, ages.get(handler) ?? 0));
    }
    for (const [handler, age] of ages) oldest.set({ handler }, age);
  }

  private async collectPaused(paused: Gauge): Promise<void> {
    const rows = await this.dataSource.query<{ handler: string }[]>(PAUSED);
    paused.reset();
    for (const { handler } of rows) paused.set({ handler }, 1);
  }

  private async collectDepth(depth: Gauge): Promise<void> {
    for (const { queue, state, jobs } of await this.queue.depth()) depth.set({ queue, state }, jobs);
  }

  /** A part that is down or slow must not take the other metrics with it. */
  private async orSkip(metric: string, collect: () => Promise<void>): Promise<void> {
    try {
      await withTimeLimit(COLLECT_TIMEOUT_MS, collect());
    } catch (error) {
      this.logger.warn({ metric, error: loggable(error) }, 'metric could not be read');
    }
  }
}
