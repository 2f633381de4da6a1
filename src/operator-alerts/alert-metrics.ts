import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { DataSource } from 'typeorm';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { withTimeLimit } from '../timing/time-limit.js';
import { COUNT_ALERTS } from './alert-statements.js';
import { alertKinds } from './alert.js';
import { COUNT_WEBHOOKS } from './webhook-statements.js';

/** Scrapers wait about ten seconds for everything. */
const COLLECT_TIMEOUT_MS = 2_000;

/** What operators watch of alerts; docs/operations.md lists it. */
@Injectable()
export class AlertMetrics {
  readonly failures: Counter<'kind'>;
  readonly attempts: Counter<'outcome'>;

  constructor(
    { registry }: Metrics,
    private readonly dataSource: DataSource,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const registers = [registry];
    this.failures = new Counter({
      name: 'turnpike_alert_condition_failures_total',
      help: 'Conditions of alerts that could not be asked; the next pass tries again.',
      labelNames: ['kind'],
      registers,
    });
    this.attempts = new Counter({
      name: 'turnpike_alert_webhook_attempts_total',
      help: 'Attempts to deliver a webhook about alerts: `sent`, `failed` (tried again) or `dead`.',
      labelNames: ['outcome'],
      registers,
    });
    const alerts: Gauge = new Gauge({
      name: 'turnpike_alerts',
      help: 'Alerts that are open or acknowledged, by kind.',
      labelNames: ['kind', 'state'],
      registers,
      collect: () => this.orSkip('turnpike_alerts', () => this.collectAlerts(alerts)),
    });
    const webhooks: Gauge = new Gauge({
      name: 'turnpike_alert_webhooks',
      help: 'Webhooks about alerts that are waiting or dead.',
      labelNames: ['status'],
      registers,
      collect: () => this.orSkip('turnpike_alert_webhooks', () => this.collectWebhooks(webhooks)),
    });
  }

  private async collectAlerts(gauge: Gauge): Promise<void> {
    const rows = await this.dataSource.query<{ kind: string; state: string; alerts: number }[]>(COUNT_ALERTS);
    for (const kind of alertKinds) {
      for (const state of ['open', 'acknowledged']) {
        const found = rows.find((row) => row.kind === kind && row.state === state);
        gauge.set({ kind, state }, found?.alerts ?? 0);
      }
    }
  }

  private async collectWebhooks(gauge: Gauge): Promise<void> {
    const rows = await this.dataSource.query<{ status: string; webhooks: number }[]>(COUNT_WEBHOOKS);
    for (const status of ['waiting', 'dead']) {
      gauge.set({ status }, rows.find((row) => row.status === status)?.webhooks ?? 0);
    }
  }

  /** A store that is down or slow must not take the other metrics with it. */
  private async orSkip(metric: string, collect: () => Promise<void>): Promise<void> {
    try {
      await withTimeLimit(COLLECT_TIMEOUT_MS, collect());
    } catch (error) {
      this.logger.warn({ metric, error: loggable(error) }, 'metric could not be read');
    }
  }
}
