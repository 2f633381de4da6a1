import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Outgoing e-mail: src/mail. */
export class Mail1795000007000 implements MigrationInterface {
  name = 'Mail1795000007000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE outgoing_mail (
        id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        key            text        NOT NULL UNIQUE,
        kind           text        NOT NULL,
        account        text,
        message_id     text        NOT NULL,
        recipient      text        NOT NULL,
        recipient_name text,
        subject        text        NOT NULL,
        text_body      text        NOT NULL,
        html_body      text        NOT NULL,
        status         text        NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'sent', 'dead', 'erased')),
        attempts       int         NOT NULL DEFAULT 0,
        due_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
        last_error     text,
        created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
        sent_at        timestamptz
      )`);
    await db.query(`CREATE INDEX outgoing_mail_due ON outgoing_mail (due_at) WHERE status = 'waiting'`);
    await db.query(`CREATE INDEX outgoing_mail_open ON outgoing_mail (status, id) WHERE status <> 'sent'`);
    await db.query(`CREATE INDEX outgoing_mail_account ON outgoing_mail (account, id)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE outgoing_mail`);
  }
}
