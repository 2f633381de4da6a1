import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { mailBody } from '../mail/mail-body.js';
import { Outbox } from '../mail/outbox.js';
import { MAX_LINES } from './alert-policy.js';
import { describeAlert, newsLines, newsSubject } from './alert-text.js';
import type { AlertNews } from './alert.js';
import { PUT_WEBHOOK } from './webhook-statements.js';

/** What the body of a webhook is. */
type WebhookType = 'alerts.changed' | 'alerts.test';

interface Message {
  type: WebhookType;
  subject: string;
  lines: readonly string[];
  /** Of the webhook. */
  data: object;
}

/** Where a message goes. */
export interface Channels {
  email: boolean;
  webhook: boolean;
}

const FOOTER = 'You receive this message because ALERT_EMAIL is set to your address.';

/** Puts messages into the outboxes of mail and webhooks, in the transaction of what they tell. */
@Injectable()
export class AlertMessages {
  constructor(
    private readonly outbox: Outbox,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  get channels(): Channels {
    const { ALERT_EMAIL: address, ALERT_WEBHOOK_URL: url } = this.config;
    return { email: address !== undefined, webhook: url !== undefined };
  }

  /** Whether anybody can be told. */
  get possible(): boolean {
    return this.channels.email || this.channels.webhook;
  }

  /** One message for all that is new. */
  async put(tx: EntityManager, news: readonly AlertNews[]): Promise<void> {
    const alerts = news.slice(0, MAX_LINES).map((one) => ({ ...one, text: describeAlert(one) }));
    await this.send(tx, {
      type: 'alerts.changed',
      subject: newsSubject(news),
      lines: [...newsLines(news), 'See GET /admin/alerts, or: npx turnpike alerts list'],
      data: { alerts, more: news.length - alerts.length },
    });
  }

  /** A message that is none, for trying the channels. Returns its id. */
  async putTest(tx: EntityManager): Promise<string> {
    const text = 'This is a test: alerts of Turnpike arrive here.';
    return this.send(tx, {
      type: 'alerts.test',
      subject: 'Turnpike alerts: a test',
      lines: [text],
      data: { text },
    });
  }

  /** The id is the same on every attempt and in both channels, so that a receiver can tell a repetition. */
  private async send(tx: EntityManager, { type, subject, lines, data }: Message): Promise<string> {
    const id = `msg_${randomUUID().replaceAll('-', '')}`;
    const { ALERT_EMAIL: address, ALERT_WEBHOOK_URL: url } = this.config;
    if (address !== undefined) {
      const bodies = mailBody({ locale: 'en', paragraphs: lines, footer: FOOTER });
      await this.outbox.put(tx, {
        key: `alert/${id}`,
        kind: type,
        account: null,
        to: { address },
        subject,
        ...bodies,
      });
    }
    if (url !== undefined) {
      const body = JSON.stringify({ type, timestamp: new Date().toISOString(), data });
      await tx.query(PUT_WEBHOOK, [id, type, body]);
    }
    return id;
  }
}
