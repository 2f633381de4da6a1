import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { type AttemptEnd, OutboxSender } from '../outbox/outbox-sender.js';
import { MailMetrics } from './mail-metrics.js';
import { type ClaimedMail, MailStore } from './mail-store.js';
import { MailRefused, MailTransport } from './mail-transport.js';

/** Hands messages to the mail server. */
@Injectable()
export class MailSender extends OutboxSender<ClaimedMail> {
  constructor(
    store: MailStore,
    private readonly transport: MailTransport,
    private readonly metrics: MailMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super(store);
  }

  protected deliver(mail: ClaimedMail, signal: AbortSignal): Promise<void> {
    return this.transport.send(mail, signal);
  }

  protected judge(error: unknown) {
    return {
      refused: error instanceof MailRefused,
      stored: loggable(error).message,
      logged: reasonOf(error),
    };
  }

  protected report(mail: ClaimedMail, { outcome, ...why }: AttemptEnd): void {
    const { id: mailId, kind, account, attempts: attempt } = mail;
    const facts = { mailId, kind, account: account ?? undefined, attempt, ...why };
    this.metrics.attempts.inc({ kind, outcome });
    if (outcome === 'sent') this.logger.info(facts, 'mail sent');
    else if (outcome === 'failed') this.logger.warn(facts, 'mail was not taken');
    else this.logger.error(facts, 'mail is dead: see GET /admin/mail?status=dead');
  }
}

/** A server's own words may name the recipient: they are stored with the message, not logged. */
function reasonOf(error: unknown): string {
  const { cause = error } = error as { cause?: unknown };
  const { code, responseCode } = cause as { code?: string; responseCode?: number };
  return [code, responseCode].filter(Boolean).join(' ') || loggable(error).message;
}
