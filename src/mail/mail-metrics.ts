import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { withTimeLimit } from '../timing/time-limit.js';
import { MailStore } from './mail-store.js';

/** Scrapers wait about ten seconds for everything. */
const COLLECT_TIMEOUT_MS = 2_000;

/** What operators watch of outgoing mail; docs/operations.md lists it. */
@Injectable()
export class MailMetrics {
  readonly attempts: Counter<'kind' | 'outcome'>;

  constructor(
    { registry }: Metrics,
    private readonly store: MailStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const registers = [registry];
    this.attempts = new Counter({
      name: 'turnpike_mail_attempts_total',
      help: 'Attempts to hand over a message: `sent`, `failed` (tried again) or `dead`.',
      labelNames: ['kind', 'outcome'],
      registers,
    });
    const oldest = new Gauge({
      name: 'turnpike_mail_oldest_waiting_seconds',
      help: 'Age of the oldest message that has not been sent.',
      registers,
    });
    const open: Gauge = new Gauge({
      name: 'turnpike_mail',
      help: 'Messages that are waiting or dead.',
      labelNames: ['status'],
      registers,
      collect: () => this.collect(open, oldest),
    });
  }

  /** A store that is down or slow must not take the other metrics with it. */
  private async collect(open: Gauge, oldest: Gauge): Promise<void> {
    try {
      const rows = await withTimeLimit(COLLECT_TIMEOUT_MS, this.store.open());
      for (const status of ['waiting', 'dead']) {
        open.set({ status }, rows.find((row) => row.status === status)?.messages ?? 0);
      }
      oldest.set(rows.find(({ status }) => status === 'waiting')?.oldest_seconds ?? 0);
    } catch (error) {
      this.logger.warn({ metric: 'turnpike_mail', error: loggable(error) }, 'metric could not be read');
    }
  }
}
