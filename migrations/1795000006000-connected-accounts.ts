import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables of src/features/connected-accounts. States are `json`: they are kept as they are, and never searched. */
export class ConnectedAccounts1795000006000 implements MigrationInterface {
  name = 'ConnectedAccounts1795000006000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE connected_account (
        account           text    NOT NULL,
        livemode          boolean NOT NULL,
        charges_enabled   boolean,
        payouts_enabled   boolean,
        details_submitted boolean,
        requirements      json,
        capabilities      json    NOT NULL DEFAULT '[]',
        external_accounts json    NOT NULL DEFAULT '[]',
        persons           json    NOT NULL DEFAULT '[]',
        attention         text[]  NOT NULL DEFAULT '{}',
        deauthorized_at   timestamptz,
        seen_at           timestamptz,
        left_at           timestamptz,
        parts             json    NOT NULL DEFAULT '{}',
        PRIMARY KEY (account, livemode)
      ) WITH (fillfactor = 70)`);
    await db.query(`
      CREATE INDEX connected_account_attention ON connected_account (account, livemode) WHERE attention <> '{}'`);
    await db.query(`
      CREATE TABLE connected_account_event (
        account      text        NOT NULL,
        livemode     boolean     NOT NULL,
        created      timestamptz NOT NULL,
        event_id     text        NOT NULL,
        type         text        NOT NULL,
        part         text        NOT NULL,
        state_before json,
        state_after  json        NOT NULL,
        PRIMARY KEY (account, livemode, created, event_id)
      )`);
    await db.query(`
      CREATE INDEX connected_account_event_part
      ON connected_account_event (account, livemode, part, created, event_id)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE connected_account_event, connected_account`);
  }
}
