import { Inject, Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import type { EntityManager } from 'typeorm';
import { CONFIG } from '../../config/config.module.js';
import type { Config } from '../../config/env.js';
import { LOGGER, type Logger } from '../../logging/logger.js';
import { isMailAddress, parseMailbox } from '../../mail/mail-address.js';
import { Outbox } from '../../mail/outbox.js';
import type { Contact, NoContact } from './account-contacts.js';
import {
  failureAlert,
  holderMessage,
  type Message,
  missingContactAlert,
} from './messages/payout-messages.js';
import type { Known } from './payout-ledger.js';
import type { NoticeKind, NoticeOutcome } from './payout-notice.entity.js';

/** What was mailed stays mailed, whatever a replay finds. */
const NOTE = `
  INSERT INTO payout_notice (payout, account, kind, outcome, detail) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (payout, account, kind) DO UPDATE
  SET outcome = EXCLUDED.outcome, detail = EXCLUDED.detail, at = EXCLUDED.at
  WHERE payout_notice.outcome <> 'mailed'`;

/** Puts the messages about a payout into the outbox, once each, and notes whom nobody could be told. */
@Injectable()
export class Notices {
  private readonly platform: string;

  constructor(
    private readonly outbox: Outbox,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const { name, address } = parseMailbox(config.MAIL_FROM);
    this.platform = name ?? address;
  }

  /** @returns whether the account holder is told */
  async tellHolder(
    tx: EntityManager,
    kind: 'created' | 'failed',
    payout: Stripe.Payout,
    known: Known,
    contact: Contact | NoContact,
  ): Promise<boolean> {
    const notice: NoticeKind = `payout.${kind}`;
    const { account } = known;
    const reachable = withAddress(contact);
    if ('why' in reachable) {
      await this.note(tx, payout, account, notice, 'no_address', reachable.why);
      await this.reportMissing(tx, known, reachable.why);
      return false;
    }
    const message = holderMessage(kind, { payout, account, contact: reachable, platform: this.platform });
    const to = { address: reachable.email, name: reachable.name ?? undefined };
    await this.outbox.put(tx, { key: keyOf(notice, payout, account), kind: notice, account, to, ...message });
    await this.note(tx, payout, account, notice, 'mailed');
    return true;
  }

  /** Tells the platform of a failed payout. */
  async tellPlatform(
    tx: EntityManager,
    payout: Stripe.Payout,
    { account }: Known,
    told: string,
  ): Promise<void> {
    const kind = 'payout.failed.platform';
    const sent = await this.alert(
      tx,
      keyOf(kind, payout, account),
      kind,
      account,
      failureAlert(payout, account, told),
    );
    if (sent) await this.note(tx, payout, account, kind, 'mailed');
    else await this.note(tx, payout, account, kind, 'no_address', 'PLATFORM_ALERT_EMAIL is not set');
  }

  /** Records that a message would come too late to be of use. */
  async skip(tx: EntityManager, payout: Stripe.Payout, { account }: Known, why: string): Promise<void> {
    await this.note(tx, payout, account, 'payout.created', 'too_late', why);
  }

  private async reportMissing(tx: EntityManager, { account, livemode }: Known, why: string): Promise<void> {
    this.logger.warn({ account, why }, 'an account holder cannot be told of a payout: there is no address');
    const key = `payout.contact-missing/${account}/${livemode ? 'live' : 'test'}`;
    const message = missingContactAlert(account, livemode, why);
    await this.alert(tx, key, 'payout.contact-missing', account, message);
  }

  private async alert(
    tx: EntityManager,
    key: string,
    kind: string,
    account: string,
    message: Message,
  ): Promise<boolean> {
    const { PLATFORM_ALERT_EMAIL: address } = this.config;
    if (address === undefined) return false;
    await this.outbox.put(tx, { key, kind, account: account || null, to: { address }, ...message });
    return true;
  }

  private async note(
    tx: EntityManager,
    { id }: Stripe.Payout,
    account: string,
    kind: NoticeKind,
    outcome: NoticeOutcome,
    detail: string | null = null,
  ): Promise<void> {
    await tx.query(NOTE, [id, account, kind, outcome, detail]);
  }
}

const keyOf = (kind: NoticeKind, { id }: Stripe.Payout, account: string): string =>
  `${kind}/${id}/${account}`;

function withAddress(contact: Contact | NoContact): (Contact & { email: string }) | NoContact {
  if ('why' in contact) return contact;
  const { email } = contact;
  if (email === null) return { why: 'Stripe has no e-mail address of the account' };
  return isMailAddress(email) ? { ...contact, email } : { why: 'What Stripe has is not one e-mail address' };
}
