import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { type Claimed, OutboxStore } from '../outbox/outbox-store.js';
import { MAX_ATTEMPTS } from './mail-policy.js';
import { OPEN, OUTGOING_MAIL } from './mail-statements.js';

/** A message that this worker may hand over until its lease ends. */
export interface ClaimedMail extends Claimed {
  kind: string;
  account: string | null;
  messageId: string;
  recipient: string;
  recipientName: string | null;
  subject: string;
  text: string;
  html: string;
  createdAt: Date;
}

export interface OpenMail {
  status: 'waiting' | 'dead';
  messages: number;
  oldest_seconds: number;
}

@Injectable()
export class MailStore extends OutboxStore<ClaimedMail> {
  constructor(dataSource: DataSource, @Inject(CONFIG) config: Config) {
    super(dataSource, OUTGOING_MAIL, { timeoutMs: config.MAIL_TIMEOUT_MS, maxAttempts: MAX_ATTEMPTS });
  }

  open(): Promise<OpenMail[]> {
    return this.dataSource.query(OPEN);
  }
}
