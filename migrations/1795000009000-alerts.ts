import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Problems that operators are told of, and what is known of the signing secrets: src/operator-alerts, src/signature. */
export class Alerts1795000009000 implements MigrationInterface {
  name = 'Alerts1795000009000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE signing_secret (
        endpoint     text        NOT NULL CHECK (endpoint IN ('direct', 'connect', 'issuing')),
        secret       text        NOT NULL,
        position     int,
        retired_at   timestamptz,
        retired_uses bigint      NOT NULL DEFAULT 0,
        active_since timestamptz,
        last_used_at timestamptz,
        PRIMARY KEY (endpoint, secret)
      )`);
    await db.query(`
      CREATE TABLE alert (
        id                bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind              text        NOT NULL
          CHECK (kind IN ('dead_runs', 'silent_endpoint', 'retired_secret', 'issuing_mismatch')),
        subject           text        NOT NULL,
        state             text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'acknowledged', 'resolved')),
        occurrences       bigint      NOT NULL,
        first_seen_at     timestamptz NOT NULL,
        last_seen_at      timestamptz NOT NULL,
        opened_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
        openings          int         NOT NULL DEFAULT 1,
        news              text        DEFAULT 'opened' CHECK (news IN ('opened', 'reopened', 'worse', 'resolved')),
        known_occurrences bigint      NOT NULL DEFAULT 0,
        believed_open     boolean     NOT NULL DEFAULT false,
        announced_at      timestamptz,
        acknowledged_at   timestamptz,
        acknowledged_by   text,
        note              text,
        resolved_at       timestamptz,
        UNIQUE (kind, subject)
      )`);
    await db.query(`CREATE INDEX alert_state ON alert (state, id)`);
    await db.query(`CREATE INDEX alert_unresolved ON alert (kind, subject) WHERE state <> 'resolved'`);
    await db.query(`CREATE INDEX alert_news ON alert (id) WHERE news IS NOT NULL`);
    await db.query(`
      CREATE TABLE alert_schedule (
        "only"          boolean     PRIMARY KEY DEFAULT true CHECK ("only"),
        passes          bigint      NOT NULL DEFAULT 0,
        next_pass_at    timestamptz NOT NULL DEFAULT '-infinity',
        next_message_at timestamptz NOT NULL DEFAULT '-infinity'
      )`);
    await db.query(`INSERT INTO alert_schedule DEFAULT VALUES`);
    await db.query(`
      CREATE TABLE alert_webhook (
        id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        webhook_id  text        NOT NULL UNIQUE,
        type        text        NOT NULL,
        body        text        NOT NULL,
        status      text        NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'sent', 'dead')),
        attempts    int         NOT NULL DEFAULT 0,
        due_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
        last_error  text,
        created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
        sent_at     timestamptz
      )`);
    await db.query(`CREATE INDEX alert_webhook_due ON alert_webhook (due_at) WHERE status = 'waiting'`);
    await db.query(`CREATE INDEX alert_webhook_open ON alert_webhook (status, id) WHERE status <> 'sent'`);
    await db.query(`
      CREATE INDEX handler_run_dead ON handler_run (handler_id, error_fingerprint, failed_at)
      WHERE status = 'dead' AND NOT superseded`);
    await db.query(`ALTER TABLE issuing_decision ADD COLUMN mismatched_at timestamptz`);
    await db.query(`
      CREATE INDEX issuing_decision_mismatched ON issuing_decision (mismatched_at) WHERE mismatched_at IS NOT NULL`);
    await db.query(`ALTER TABLE issuing_authorization ADD COLUMN undecided_at timestamptz`);
    await db.query(`
      CREATE INDEX issuing_authorization_undecided ON issuing_authorization (undecided_at)
      WHERE undecided_at IS NOT NULL`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP INDEX handler_run_dead`);
    await db.query(`ALTER TABLE issuing_authorization DROP COLUMN undecided_at`);
    await db.query(`ALTER TABLE issuing_decision DROP COLUMN mismatched_at`);
    await db.query(`DROP TABLE alert_webhook, alert_schedule, alert, signing_secret`);
  }
}
