import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Erasure of a person's data: src/event-erasure. The one change to stored events that the store allows. */
export class Erasure1795000010000 implements MigrationInterface {
  name = 'Erasure1795000010000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE stripe_event ADD COLUMN erased_at timestamptz`);
    await db.query(`
      CREATE TABLE erasure (
        id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        status         text        NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'completed')),
        customer       text,
        account        text,
        event          text,
        reason         text        NOT NULL,
        key_id         bigint      NOT NULL REFERENCES admin_key (id),
        requested_by   text        NOT NULL,
        events_matched bigint,
        events_erased  bigint      NOT NULL DEFAULT 0,
        runs_ended     bigint      NOT NULL DEFAULT 0,
        stage          text        NOT NULL DEFAULT 'events' CHECK (stage IN ('events', 'runs', 'copies', 'last')),
        page           json        NOT NULL DEFAULT '[]',
        next_step_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
        created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
        finished_at    timestamptz
      )`);
    await db.query(`CREATE INDEX erasure_running ON erasure (next_step_at) WHERE status = 'running'`);
    await db.query(`
      CREATE TABLE erasure_target (
        erasure_id bigint  NOT NULL REFERENCES erasure (id) ON DELETE CASCADE,
        found_by   text    NOT NULL CHECK (found_by IN ('id', 'object', 'account')),
        target     text    NOT NULL,
        place      bigint  GENERATED ALWAYS AS IDENTITY,
        linked     boolean NOT NULL,
        done       boolean NOT NULL DEFAULT false,
        cursor_at  timestamptz,
        cursor_id  text,
        PRIMARY KEY (erasure_id, found_by, target)
      )`);
    await db.query(`
      CREATE INDEX erasure_target_open ON erasure_target (erasure_id, place) WHERE NOT done`);
    await db.query(`
      CREATE INDEX outgoing_mail_about ON outgoing_mail USING gin (string_to_array(key, '/'))`);
    await db.query(`
      CREATE OR REPLACE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP <> 'UPDATE' AND current_setting('turnpike.maintenance', true) = 'on' THEN
          RETURN OLD;
        END IF;
        IF TG_OP = 'UPDATE' THEN
          IF OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND EXISTS (
            SELECT FROM erasure WHERE id::text = current_setting('turnpike.erasure', true) AND status = 'running')
          THEN
            OLD.payload := NEW.payload;
            OLD.related_ids := NEW.related_ids;
            OLD.erased_at := NEW.erased_at;
            IF OLD IS NOT DISTINCT FROM NEW THEN
              RETURN NEW;
            END IF;
          END IF;
        END IF;
        RAISE EXCEPTION 'stripe_event is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
      END $$`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE OR REPLACE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF current_setting('turnpike.maintenance', true) = 'on' THEN
          RETURN COALESCE(NEW, OLD);
        END IF;
        RAISE EXCEPTION 'stripe_event is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
      END $$`);
    await db.query(`DROP INDEX outgoing_mail_about`);
    await db.query(`DROP TABLE erasure_target, erasure`);
    await db.query(`ALTER TABLE stripe_event DROP COLUMN erased_at`);
  }
}
