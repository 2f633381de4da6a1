import { createTransport, type Transporter } from 'nodemailer';
import type { Config } from '../config/env.js';
import { type Mailbox, parseMailbox } from './mail-address.js';
import type { ClaimedMail } from './mail-store.js';
import { composed, MailRefused, MailTransport } from './mail-transport.js';

/** What nodemailer says of a failure. */
interface SmtpError extends Error {
  code?: string;
  /** `RCPT TO` */
  command?: string;
  /** The three digits that the server answered with. */
  responseCode?: number;
}

/** Hands messages to the SMTP server of `MAIL_URL`, one connection each. */
export class SmtpTransport extends MailTransport {
  private readonly transporter: Transporter;
  private readonly from: Mailbox;

  constructor({ MAIL_FROM: from, MAIL_TIMEOUT_MS: timeout }: Config, url: string) {
    super();
    this.from = parseMailbox(from);
    this.transporter = createTransport({
      url,
      // A password never goes over an open line, unless the line does not leave the machine.
      requireTLS: hasPassword(url) && !isLoopback(url),
      connectionTimeout: timeout,
      greetingTimeout: timeout,
      socketTimeout: timeout,
      dnsTimeout: timeout,
    });
  }

  async send(mail: ClaimedMail, signal: AbortSignal): Promise<void> {
    try {
      await this.transporter.sendMail({ ...composed(mail, this.from), signal });
    } catch (error) {
      if (isFinal(error as SmtpError)) throw new MailRefused((error as Error).message, { cause: error });
      throw error;
    }
  }
}

/** The server, or the form of the address, rules this recipient or this message out. A sender may be put right. */
function isFinal({ code, command, responseCode = 550 }: SmtpError): boolean {
  if (responseCode < 500) return false;
  return code === 'EMESSAGE' || (code === 'EENVELOPE' && command !== 'MAIL FROM');
}

const hasPassword = (url: string): boolean => new URL(url).password !== '';

const isLoopback = (url: string): boolean =>
  /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname);
