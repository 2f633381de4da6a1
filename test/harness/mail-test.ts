import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type NewMail, Outbox } from '../../src/mail/outbox.js';
import { adminTest } from './admin-test.js';
import { SmtpStandIn } from './smtp-stand-in.js';

/** A row of `outgoing_mail`, as far as tests look at it. */
export interface MailRow {
  id: string;
  key: string;
  kind: string;
  account: string | null;
  recipient: string;
  subject: string;
  message_id: string;
  status: string;
  attempts: number;
  last_error: string | null;
}

/**
 * An application that hands its mail to a real SMTP server, which accepts everything unless a test says otherwise.
 *
 * @param env - read when the application starts, so a `beforeAll` that comes before may still add to it
 */
export function mailTest(features: Type[] = [], env: Record<string, string> = {}) {
  let smtp: SmtpStandIn;
  const variables = Object.assign(env, {
    MAIL_FROM: 'Harbour Platform <payouts@platform.example.com>',
    DATA_DIR: mkdtempSync(path.join(os.tmpdir(), 'turnpike-mail-')),
    ...env,
  });
  beforeAll(async () => {
    smtp = await SmtpStandIn.start();
    env.MAIL_URL = smtp.url;
  });
  // The object is read when the application starts, which is after the server did.
  const admin = adminTest(features, variables);
  beforeAll(() => admin.watch.alsoWatch('outgoing_mail'));
  beforeEach(() => {
    smtp.behaviour = () => 'accept';
  });
  afterAll(async () => {
    await smtp.stop();
    rmSync(variables.DATA_DIR, { recursive: true, force: true });
  });

  const rows = (keys: string[]) =>
    [`SELECT * FROM outgoing_mail WHERE key = ANY($1) ORDER BY id`, [keys]] as const;

  return {
    admin,
    get smtp() {
      return smtp;
    },
    get watch() {
      return admin.watch;
    },
    /** Puts a message in, in a transaction of its own, which fails when `andThen` does. */
    put: (mail: Partial<NewMail> & { key: string }, andThen?: () => Promise<unknown>): Promise<boolean> =>
      admin.app.nest.get(DataSource).transaction(async (tx) => {
        const outbox = admin.app.nest.get(Outbox, { strict: false });
        const put = await outbox.put(tx, {
          kind: 'test',
          account: null,
          to: { address: 'holder@shop.example.com' },
          subject: 'A message',
          text: 'Text',
          html: '<p>Text</p>',
          ...mail,
        });
        await andThen?.();
        return put;
      }),
    /** Waits until every message with one of these keys is in this state, and was tried this often. */
    until: (keys: string[], status: string, attempts = 1): Promise<MailRow[]> =>
      admin.watch.until<MailRow>(
        rows(keys)[0],
        [...rows(keys)[1]],
        (found) =>
          found.length === new Set(keys).size &&
          found.every((row) => row.status === status && row.attempts >= attempts),
      ),
    /** Waits until an attempt has failed, and is recorded so. */
    untilFailed: (key: string, attempts: number): Promise<MailRow[]> =>
      admin.watch.until<MailRow>(
        rows([key])[0],
        [...rows([key])[1]],
        ([row]) => row?.attempts === attempts && row.last_error !== null,
      ),
    /** Stands for the time until the next attempt, or until the lease of a dead worker has ended. */
    timePasses: (key: string) =>
      admin.watch.query('UPDATE outgoing_mail SET due_at = clock_timestamp() WHERE key = $1', [key]),
    /** What arrived, by the address it was for. */
    receivedBy: (address: string) => smtp.accepted.filter(({ recipients }) => recipients.includes(address)),
  };
}
