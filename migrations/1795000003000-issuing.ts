import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Decisions on Issuing authorizations, and the rules and totals behind them: src/issuing-authorizations. */
export class Issuing1795000003000 implements MigrationInterface {
  name = 'Issuing1795000003000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE issuing_decision (
        event_id         text        PRIMARY KEY,
        authorization_id text,
        card_id          text,
        cardholder_id    text,
        account          text,
        livemode         boolean     NOT NULL,
        requested_at     timestamptz NOT NULL,
        decided_at       timestamptz NOT NULL,
        currency         text,
        asked            bigint,
        approved         boolean     NOT NULL,
        granted          bigint      NOT NULL,
        partial          boolean     NOT NULL,
        metadata         jsonb,
        reason           text        NOT NULL,
        policy           text,
        fallback         boolean     NOT NULL,
        latency_ms       real        NOT NULL,
        shadow           jsonb       NOT NULL DEFAULT '[]',
        reservations     jsonb       NOT NULL DEFAULT '[]',
        held             bigint      NOT NULL DEFAULT 0,
        applied_reason   text,
        applied_approved boolean,
        reconciled_at    timestamptz,
        outcome          text        NOT NULL DEFAULT 'pending'
          CHECK (outcome IN ('pending', 'match', 'mismatch'))
      )`);
    await db.query(`CREATE INDEX issuing_decision_newest ON issuing_decision (decided_at, event_id)`);
    await db.query(`CREATE INDEX issuing_decision_card ON issuing_decision (card_id, decided_at)`);
    await db.query(
      `CREATE INDEX issuing_decision_cardholder ON issuing_decision (cardholder_id, decided_at)`,
    );
    await db.query(`
      CREATE INDEX issuing_decision_account ON issuing_decision (account, decided_at, event_id)
      WHERE account IS NOT NULL`);
    await db.query(`CREATE INDEX issuing_decision_authorization ON issuing_decision (authorization_id)`);
    await db.query(
      `CREATE INDEX issuing_decision_mismatch ON issuing_decision (decided_at) WHERE outcome = 'mismatch'`,
    );
    await db.query(`
      CREATE TABLE issuing_authorization (
        authorization_id text        PRIMARY KEY,
        reported_at      timestamptz NOT NULL,
        status           text        NOT NULL,
        approved         boolean     NOT NULL,
        amount           bigint      NOT NULL,
        applied          jsonb       NOT NULL
      )`);
    await db.query(`
      CREATE TABLE issuing_settlement (
        transaction_id   text   PRIMARY KEY,
        authorization_id text   NOT NULL,
        amount           bigint NOT NULL
      )`);
    await db.query(`CREATE INDEX issuing_settlement_authorization ON issuing_settlement (authorization_id)`);
    await db.query(`
      CREATE TABLE spending_rule (
        id                 bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name               text        NOT NULL,
        enabled            boolean     NOT NULL DEFAULT true,
        livemode           boolean     NOT NULL,
        scope              text        NOT NULL CHECK (scope IN ('platform', 'cardholder', 'card')),
        scope_id           text,
        currency           text,
        max_amount         bigint      CHECK (max_amount >= 0),
        period             text        CHECK (period IN ('day', 'week', 'month')),
        max_total          bigint      CHECK (max_total >= 0),
        max_count          integer     CHECK (max_count >= 0),
        allowed_categories text[],
        blocked_categories text[],
        allowed_countries  text[],
        blocked_countries  text[],
        allowed_methods    text[],
        blocked_methods    text[],
        allowed_presence   text[],
        blocked_presence   text[],
        created_at         timestamptz NOT NULL DEFAULT now(),
        updated_at         timestamptz NOT NULL DEFAULT now(),
        CHECK ((max_amount IS NULL AND max_total IS NULL) OR currency IS NOT NULL),
        CHECK ((max_total IS NULL AND max_count IS NULL) = (period IS NULL))
      )`);
    await db.query(`
      CREATE TABLE spending_total (
        rule_id      bigint  NOT NULL REFERENCES spending_rule (id),
        scope_key    text    NOT NULL,
        period_start date    NOT NULL,
        amount       bigint  NOT NULL,
        count        integer NOT NULL,
        PRIMARY KEY (rule_id, scope_key, period_start)
      ) WITH (fillfactor = 50)`);
    await db.query(`
      CREATE FUNCTION tell_spending_rules() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_notify('spending_rules', ''); RETURN NULL; END $$`);
    await db.query(`
      CREATE TRIGGER tell_spending_rules AFTER INSERT OR UPDATE OR DELETE ON spending_rule
      FOR EACH STATEMENT EXECUTE FUNCTION tell_spending_rules()`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      `DROP TABLE spending_total, spending_rule, issuing_settlement, issuing_authorization, issuing_decision`,
    );
    await db.query(`DROP FUNCTION tell_spending_rules`);
  }
}
