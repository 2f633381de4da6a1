import type { SendMailOptions } from 'nodemailer';
import { type Mailbox } from './mail-address.js';
import type { ClaimedMail } from './mail-store.js';

/** Brings messages out of the house. */
export abstract class MailTransport {
  /**
   * Resolves once the message is in other hands.
   *
   * @param signal - aborted when the time is up: the transport must give up then, and leave nothing open
   * @throws MailRefused when another attempt cannot help; anything else is tried again
   */
  abstract send(mail: ClaimedMail, signal: AbortSignal): Promise<void>;
}

/** Thrown for a message that its server will never take, such as one to an unknown mailbox. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused';
}

/** A message as nodemailer wants it. It is the same on every attempt. */
export const composed = (mail: ClaimedMail, from: Mailbox): SendMailOptions => ({
  messageId: mail.messageId,
  date: mail.createdAt,
  from: { name: from.name ?? '', address: from.address },
  // An object, not a text: nodemailer would read a list of addresses out of a text.
  to: { name: mail.recipientName ?? '', address: mail.recipient },
  subject: mail.subject,
  text: mail.text,
  html: mail.html,
  // RFC 3834: nobody's absence notice answers to this.
  headers: { 'Auto-Submitted': 'auto-generated' },
  // Nothing in a message may make nodemailer read files or fetch addresses.
  disableFileAccess: true,
  disableUrlAccess: true,
});
