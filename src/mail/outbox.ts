import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { isMailAddress, type Mailbox, oneLine, parseMailbox } from './mail-address.js';
import { PUT } from './mail-statements.js';

/** A message to one recipient. */
export interface NewMail {
  /** Names the occasion: there is never a second message with this key. `payout.created/po_1/acct_1` */
  key: string;
  /** What kind of message it is, for operators and metrics: `payout.created`. */
  kind: string;
  /** The connected account it is about: keys that are restricted to accounts see it by this. */
  account: string | null;
  to: Mailbox;
  subject: string;
  text: string;
  html: string;
}

/** Whatever writes in the caller's transaction: `ctx.tx` of a handler, or an EntityManager of one's own. */
interface Transaction {
  query<R>(text: string, values: unknown[]): Promise<R>;
}

/** Takes messages in the transaction of what they are about. They go out once it has committed, and only then. */
@Injectable()
export class Outbox {
  private readonly domain: string;

  constructor(@Inject(CONFIG) config: Pick<Config, 'MAIL_FROM'>) {
    this.domain = parseMailbox(config.MAIL_FROM).address.split('@').at(-1) ?? 'localhost';
  }

  /**
   * Puts a message in, unless one with its key is there already.
   *
   * @returns whether this call put it in
   * @throws TypeError when `to` is not one address: check it with `isMailAddress`
   * @example await this.outbox.put(ctx.tx, { key: `refund/${id}`, kind: 'refund', account: null, to, subject, text, html });
   */
  async put(tx: Transaction, { key, kind, account, to, subject, text, html }: NewMail): Promise<boolean> {
    if (!isMailAddress(to.address)) throw new TypeError(`The recipient of ${kind} is not an e-mail address`);
    // Made once and stored, so every attempt sends the same one and a reader's server can tell a repetition.
    const messageId = `<${randomUUID()}@${this.domain}>`;
    const name = to.name === undefined ? null : oneLine(to.name) || null;
    const bodies = [text, html].map((body) => body.replaceAll('\0', ''));
    const values = [key, kind, account, messageId, to.address, name, oneLine(subject), ...bodies];
    const rows = await tx.query<unknown[]>(PUT, values);
    return rows.length > 0;
  }
}
