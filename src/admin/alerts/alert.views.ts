import { IsIn, IsOptional, Matches } from 'class-validator';
import { Reason } from '../../admin-access/reason.decorator.js';
import { Field } from '../../http/field.decorator.js';
import { PageLimit } from '../../http/page-limit.decorator.js';
import { type AlertKind, alertKinds, type AlertState, alertStates } from '../../operator-alerts/alert.js';

const ID = /^\d{1,18}$/;
const NOT_AN_ID = { message: 'after must be the `next` of the page before' };

export class AlertQuery {
  @Field('How they stand', { default: 'open' })
  @IsOptional()
  @IsIn([...alertStates, 'all'])
  state?: AlertState | 'all';

  @Field('What they are about')
  @IsOptional()
  @IsIn(alertKinds)
  kind?: AlertKind;

  @PageLimit()
  limit?: number;

  @Field('`next` of the page before')
  @IsOptional()
  @Matches(ID, NOT_AN_ID)
  after?: string;
}

/** There is nothing to choose; what is sent all the same is refused. */
export class NoAlertQuery {}

/** What is said with a change. */
export class AlertReason {
  @Reason()
  reason?: string;
}

/** A problem, which opens, is acknowledged, resolves by itself, and opens again when it comes back. */
export class AlertView {
  @Field('Id of the alert', { example: '7' })
  id: string;

  @Field('What it is about', { enum: alertKinds })
  kind: AlertKind;

  @Field('What is affected: handler and error, endpoint, endpoint and secret, or what Stripe applied', {
    example: 'orders.fulfil/9f86d081884c7d65',
  })
  subject: string;

  @Field('`acknowledged`: somebody is on it. `resolved`: the condition has ended', { enum: alertStates })
  state: AlertState;

  @Field('In words, as messages have it')
  text: string;

  @Field('Dead runs, uses of the secret or mismatches; 1 for a silent endpoint')
  occurrences: number;

  @Field('The first occurrence since it opened')
  firstSeenAt: Date;

  @Field('The last one')
  lastSeenAt: Date;

  @Field('When it opened')
  openedAt: Date;

  @Field('How often it has opened')
  openings: number;

  @Field('When a message told of it last', { type: Date, nullable: true })
  announcedAt: Date | null;

  @Field('When somebody acknowledged it last', { type: Date, nullable: true })
  acknowledgedAt: Date | null;

  @Field('Name of the key that did', { type: String, nullable: true })
  acknowledgedBy: string | null;

  @Field('The reason given with that', { type: String, nullable: true })
  note: string | null;

  @Field('When the condition ended', { type: Date, nullable: true })
  resolvedAt: Date | null;
}

export class AlertPage {
  @Field('Newest first', { type: [AlertView] })
  data: AlertView[];

  @Field('For `after`', { type: String, nullable: true })
  next: string | null;
}

/** Where a test message goes. */
export class AlertTest {
  @Field('Id of the message: the `webhook-id`', { example: 'msg_0f8e' })
  messageId: string;

  @Field('Whether it goes to `ALERT_EMAIL`')
  email: boolean;

  @Field('Whether it goes to `ALERT_WEBHOOK_URL`')
  webhook: boolean;
}

const webhookStatuses = ['waiting', 'sent', 'dead'] as const;
type WebhookStatus = (typeof webhookStatuses)[number];

export class AlertWebhookQuery {
  @Field('Only webhooks in this state')
  @IsOptional()
  @IsIn(webhookStatuses)
  status?: WebhookStatus;

  @PageLimit()
  limit?: number;

  @Field('`next` of the page before')
  @IsOptional()
  @Matches(ID, NOT_AN_ID)
  after?: string;
}

/** An outgoing webhook, without its body. */
export class AlertWebhookView {
  @Field('Id here', { example: '3' })
  id: string;

  @Field('Its `webhook-id`, the same on every attempt', { example: 'msg_0f8e' })
  webhookId: string;

  @Field('What it tells', { example: 'alerts.changed' })
  type: string;

  @Field('`dead` was given up', { enum: webhookStatuses })
  status: WebhookStatus;

  @Field('Attempts made')
  attempts: number;

  @Field('When it is tried next', { type: Date, nullable: true })
  nextAttemptAt: Date | null;

  @Field('What went wrong last', { type: String, nullable: true })
  lastError: string | null;

  @Field('When it was put in')
  createdAt: Date;

  @Field('When the receiver took it', { type: Date, nullable: true })
  sentAt: Date | null;
}

export class AlertWebhookPage {
  @Field('Newest first', { type: [AlertWebhookView] })
  data: AlertWebhookView[];

  @Field('For `after`', { type: String, nullable: true })
  next: string | null;
}
