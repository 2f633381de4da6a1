import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What operators do to runs: replays, paused handlers and groups of failures. */
export class Operations1795000005000 implements MigrationInterface {
  name = 'Operations1795000005000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE paused_handler (
        handler_id text        PRIMARY KEY,
        paused_at  timestamptz NOT NULL DEFAULT now(),
        paused_by  text        NOT NULL,
        reason     text
      )`);
    await db.query(`
      CREATE INDEX handler_run_parked ON handler_run (handler_id, next_attempt_at)
      WHERE status IN ('pending', 'retrying') AND NOT isfinite(sweep_at)`);
    await db.query(`
      CREATE TABLE failure_group (
        handler_id      text        NOT NULL,
        fingerprint     text        NOT NULL,
        acknowledged_at timestamptz,
        acknowledged_by text,
        resolved_at     timestamptz,
        resolved_by     text,
        note            text,
        PRIMARY KEY (handler_id, fingerprint)
      )`);
    await db.query(`
      CREATE TABLE replay (
        id                bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        status            text        NOT NULL DEFAULT 'running'
          CHECK (status IN ('running', 'paused', 'cancelled', 'completed')),
        filter            jsonb       NOT NULL,
        handlers          text[],
        include_succeeded boolean     NOT NULL,
        backfill          boolean     NOT NULL,
        rate_per_second   integer     NOT NULL CHECK (rate_per_second > 0),
        reason            text,
        requested_by      text        NOT NULL,
        accounts          text[],
        events_matched    bigint      NOT NULL,
        events_done       bigint      NOT NULL DEFAULT 0,
        runs_created      bigint      NOT NULL DEFAULT 0,
        runs_hastened     bigint      NOT NULL DEFAULT 0,
        runs_left_alone   bigint      NOT NULL DEFAULT 0,
        step              bigint      NOT NULL DEFAULT 0,
        next_step_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
        cursor_at         timestamptz,
        cursor_id         text,
        pace_since        timestamptz NOT NULL DEFAULT clock_timestamp(),
        pace_events       bigint      NOT NULL DEFAULT 0,
        created_at        timestamptz NOT NULL,
        finished_at       timestamptz
      )`);
    await db.query(`CREATE INDEX replay_running ON replay (next_step_at) WHERE status = 'running'`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP INDEX handler_run_parked`);
    await db.query(`DROP TABLE replay, failure_group, paused_handler`);
  }
}
