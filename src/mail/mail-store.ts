import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import type { DueJob } from '../outbox/outbox-dispatcher.js';
import { LEASE_MARGIN_MS, type MailJob, MAX_ATTEMPTS } from './mail-policy.js';
import * as statement from './mail-statements.js';

/** A message that this worker may hand over until its lease ends. */
export interface ClaimedMail {
  id: string;
  /** Number of this attempt, and the fencing token of its failure. */
  attempts: number;
  /** `dead` when it was lost with its worker as often as it may be tried: then there is nothing to do. */
  status: 'waiting' | 'dead';
  kind: string;
  account: string | null;
  messageId: string;
  recipient: string;
  recipientName: string | null;
  subject: string;
  text: string;
  html: string;
  createdAt: Date;
  leaseUntil: Date;
}

export interface OpenMail {
  status: 'waiting' | 'dead';
  messages: number;
  oldest_seconds: number;
}

const LOST = 'The worker died, or stopped responding, during the last attempt';

/** Longest stored error text. */
const MAX_ERROR_LENGTH = 2_000;

interface DueRow {
  id: string;
  attempts: number;
  lateMs: number;
}

/** The only one who moves messages from state to state while they are delivered. */
@Injectable()
export class MailStore {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async due(limit: number): Promise<DueJob<MailJob>[]> {
    const rows = await this.dataSource.query<DueRow[]>(statement.DUE, [limit]);
    return rows.map(({ id, attempts, lateMs }) => ({
      job: { mailId: id, attempts },
      jobId: `${id}-${attempts}`,
      lateMs,
    }));
  }

  /** Starts an attempt, unless it was made already, is not due, or another worker was faster. */
  async claim({ mailId, attempts }: MailJob): Promise<ClaimedMail | undefined> {
    const lease = this.config.MAIL_TIMEOUT_MS + LEASE_MARGIN_MS;
    const values = [mailId, attempts, lease, MAX_ATTEMPTS, LOST];
    const [mail] = await this.dataSource.query<ClaimedMail[]>(statement.CLAIM, values);
    return mail;
  }

  async sent({ id }: ClaimedMail): Promise<void> {
    await this.dataSource.query(statement.SENT, [id]);
  }

  /** Does nothing when another worker has taken the message over. */
  async failed(mail: ClaimedMail, status: 'waiting' | 'dead', delayMs: number, error: string): Promise<void> {
    const text = error.replaceAll('\0', '').slice(0, MAX_ERROR_LENGTH);
    await this.dataSource.query(statement.FAILED, [mail.id, mail.attempts, status, delayMs, text]);
  }

  open(): Promise<OpenMail[]> {
    return this.dataSource.query(statement.OPEN);
  }
}
