import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import type { DueJob } from '../outbox/outbox-dispatcher.js';
import { type AlertJob, LEASE_MARGIN_MS, MAX_ATTEMPTS } from './alert-policy.js';
import { CLAIM_WEBHOOK, DUE_WEBHOOKS, FAILED_WEBHOOK, SENT_WEBHOOK } from './webhook-statements.js';

/** A webhook that this worker may deliver until its lease ends. */
export interface ClaimedWebhook {
  id: string;
  /** Number of this attempt, and the fencing token of its failure. */
  attempts: number;
  /** `dead` when it was lost with its worker as often as it may be tried: then there is nothing to do. */
  status: 'waiting' | 'dead';
  webhookId: string;
  type: string;
  body: string;
}

interface DueRow {
  id: string;
  attempts: number;
  lateMs: number;
}

const LOST = 'The worker died, or stopped responding, during the last attempt';

/** Longest stored error text. */
const MAX_ERROR_LENGTH = 500;

/** The only one who moves webhooks from state to state while they are delivered. */
@Injectable()
export class WebhookStore {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async due(limit: number): Promise<DueJob<AlertJob>[]> {
    const rows = await this.dataSource.query<DueRow[]>(DUE_WEBHOOKS, [limit]);
    return rows.map(({ id, attempts, lateMs }) => ({
      job: { webhook: id, attempts },
      jobId: `${id}-${attempts}`,
      lateMs,
    }));
  }

  /** Starts an attempt, unless it was made already, is not due, or another worker was faster. */
  async claim({ webhook, attempts }: AlertJob): Promise<ClaimedWebhook | undefined> {
    const lease = this.config.ALERT_WEBHOOK_TIMEOUT_MS + LEASE_MARGIN_MS;
    const values = [webhook, attempts, lease, MAX_ATTEMPTS, LOST];
    const [claimed] = await this.dataSource.query<ClaimedWebhook[]>(CLAIM_WEBHOOK, values);
    return claimed;
  }

  async sent({ id }: ClaimedWebhook): Promise<void> {
    await this.dataSource.query(SENT_WEBHOOK, [id]);
  }

  /** Does nothing when another worker has taken the webhook over. */
  async failed(
    { id, attempts }: ClaimedWebhook,
    status: 'waiting' | 'dead',
    delayMs: number,
    error: string,
  ): Promise<void> {
    const text = error.replaceAll('\0', '').slice(0, MAX_ERROR_LENGTH);
    await this.dataSource.query(FAILED_WEBHOOK, [id, attempts, status, delayMs, text]);
  }
}
