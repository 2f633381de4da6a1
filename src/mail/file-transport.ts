import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import type { Config } from '../config/env.js';
import type { Logger } from '../logging/logger.js';
import { parseMailbox } from './mail-address.js';
import type { ClaimedMail } from './mail-store.js';
import { composed, MailTransport } from './mail-transport.js';

/** Writes messages as .eml files, which any mail program opens, where there is no SMTP server. */
export class FileTransport extends MailTransport {
  private readonly composer = createTransport({ streamTransport: true, buffer: true });
  private readonly folder: string;

  constructor(
    private readonly config: Config,
    private readonly logger: Logger,
  ) {
    super();
    this.folder = path.resolve(config.DATA_DIR, 'mail');
  }

  async send(mail: ClaimedMail): Promise<void> {
    const { message } = await this.composer.sendMail(composed(mail, parseMailbox(this.config.MAIL_FROM)));
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    // Named by the message, so a repeated attempt writes the same file.
    const file = path.join(this.folder, `${mail.kind.replaceAll(/[^\w.-]/g, '-')}-${mail.id}.eml`);
    await writeFile(file, message as Buffer, { mode: 0o600 });
    this.logger.info(
      { mailId: mail.id, kind: mail.kind, file },
      'mail written to a file: MAIL_URL is not set',
    );
  }
}
