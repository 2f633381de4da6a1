import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { OutboxSender } from '../outbox/outbox-sender.js';
import { MailMetrics } from './mail-metrics.js';
import { mailBackoff, type MailJob, MAX_ATTEMPTS } from './mail-policy.js';
import { type ClaimedMail, MailStore } from './mail-store.js';
import { MailRefused, MailTransport } from './mail-transport.js';

/** While Postgres is away, a message that went out tries this often to say so. */
const RECORD_AGAIN_MS = 500;

/** Does what a job asks for: claims the message, hands it over, records how it went. */
@Injectable()
export class MailSender extends OutboxSender<MailJob> {
  constructor(
    private readonly store: MailStore,
    private readonly transport: MailTransport,
    private readonly metrics: MailMetrics,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super();
  }

  protected async attempt(job: MailJob, abort: AbortController): Promise<void> {
    const mail = await this.store.claim(job);
    if (!mail) return;
    if (mail.status === 'dead') return this.died(mail, 'lost with its worker too often');
    const { MAIL_TIMEOUT_MS: timeout } = this.config;
    const timer = setTimeout(() => abort.abort(new Error(`Not handed over within ${timeout} ms`)), timeout);
    try {
      await this.transport.send(mail, abort.signal);
    } catch (error) {
      // What nodemailer throws says only that somebody aborted.
      await this.failed(mail, abort.signal.aborted ? abort.signal.reason : error);
      return;
    } finally {
      clearTimeout(timer);
    }
    await this.recordSent(mail);
    this.metrics.attempts.inc({ kind: mail.kind, outcome: 'sent' });
    this.logger.info(describe(mail), 'mail sent');
  }

  /** A message that is out must not go out again because Postgres was away for a moment. */
  private async recordSent(mail: ClaimedMail): Promise<void> {
    for (;;) {
      try {
        await this.store.sent(mail);
        return;
      } catch (error) {
        if (Date.now() > mail.leaseUntil.getTime()) throw error;
        await new Promise((resolve) => setTimeout(resolve, RECORD_AGAIN_MS));
      }
    }
  }

  private async failed(mail: ClaimedMail, error: unknown): Promise<void> {
    const dead = error instanceof MailRefused || mail.attempts >= MAX_ATTEMPTS;
    const delayMs = dead ? 0 : mailBackoff(mail.attempts);
    await this.store.failed(mail, dead ? 'dead' : 'waiting', delayMs, loggable(error).message);
    if (dead) return this.died(mail, reasonOf(error));
    this.metrics.attempts.inc({ kind: mail.kind, outcome: 'failed' });
    this.logger.warn(
      { ...describe(mail), reason: reasonOf(error), retryInMs: delayMs },
      'mail was not taken',
    );
  }

  private died(mail: ClaimedMail, reason: string): void {
    this.metrics.attempts.inc({ kind: mail.kind, outcome: 'dead' });
    this.logger.error({ ...describe(mail), reason }, 'mail is dead: see GET /admin/mail?status=dead');
  }
}

/** A server's own words may name the recipient: they are stored with the message, not logged. */
function reasonOf(error: unknown): string {
  const { cause = error } = error as { cause?: unknown };
  const { code, responseCode } = cause as { code?: string; responseCode?: number };
  return [code, responseCode].filter(Boolean).join(' ') || loggable(error).message;
}

const describe = ({ id: mailId, kind, account, attempts: attempt }: ClaimedMail) => ({
  mailId,
  kind,
  account: account ?? undefined,
  attempt,
});
