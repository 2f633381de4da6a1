import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables of src/features/payouts. An empty `account` is the platform's own. */
export class Payouts1795000008000 implements MigrationInterface {
  name = 'Payouts1795000008000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE payout (
        id              text        NOT NULL,
        account         text        NOT NULL,
        livemode        boolean     NOT NULL,
        status          text        NOT NULL,
        amount          bigint      NOT NULL,
        currency        text        NOT NULL,
        created         timestamptz NOT NULL,
        arrival_date    timestamptz NOT NULL,
        destination     text,
        failure_code    text,
        failure_message text,
        progress        smallint    NOT NULL,
        event_created   timestamptz NOT NULL,
        event_id        text        COLLATE "C" NOT NULL,
        PRIMARY KEY (id, account)
      )`);
    await db.query(`CREATE INDEX payout_newest ON payout (created, id)`);
    await db.query(`CREATE INDEX payout_account ON payout (account, created, id)`);
    await db.query(`CREATE INDEX payout_status ON payout (status, created, id)`);
    await db.query(`
      CREATE TABLE payout_notice (
        payout  text        NOT NULL,
        account text        NOT NULL,
        kind    text        NOT NULL,
        outcome text        NOT NULL CHECK (outcome IN ('mailed', 'no_address', 'too_late')),
        detail  text,
        at      timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (payout, account, kind)
      )`);
    await db.query(`
      CREATE TABLE external_account_problem (
        external_account text        NOT NULL,
        account          text        NOT NULL,
        livemode         boolean     NOT NULL,
        payout           text,
        failure_code     text,
        failure_message  text,
        failed_at        timestamptz,
        failed_event     text        COLLATE "C",
        recovered_at     timestamptz,
        recovered_by     text        COLLATE "C",
        open             boolean     NOT NULL GENERATED ALWAYS AS
          (failed_at IS NOT NULL AND (recovered_at IS NULL OR failed_at >= recovered_at)) STORED,
        PRIMARY KEY (external_account, account)
      )`);
    await db.query(
      `CREATE INDEX external_account_problem_open ON external_account_problem (external_account) WHERE open`,
    );
    await db.query(`
      CREATE TABLE account_contact (
        account  text        NOT NULL,
        livemode boolean     NOT NULL,
        email    text,
        name     text,
        country  text,
        locale   text,
        known_at timestamptz NOT NULL,
        event_id text        COLLATE "C" NOT NULL,
        PRIMARY KEY (account, livemode)
      )`);
    await db.query(`
      CREATE TABLE account_balance (
        account       text        NOT NULL,
        livemode      boolean     NOT NULL,
        available     json        NOT NULL,
        pending       json        NOT NULL,
        event_created timestamptz NOT NULL,
        event_id      text        COLLATE "C" NOT NULL,
        PRIMARY KEY (account, livemode)
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      `DROP TABLE account_balance, account_contact, external_account_problem, payout_notice, payout`,
    );
  }
}
