import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The event store and the runs of its handlers. See docs/adr/0003-insert-only-partitioned-store.md. */
export class EventStore1795000000000 implements MigrationInterface {
  name = 'EventStore1795000000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE stripe_event (
        id           text        NOT NULL,
        created      timestamptz NOT NULL,
        received_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
        kind         text        NOT NULL CHECK (kind IN ('snapshot', 'thin')),
        source       text        NOT NULL CHECK (source IN ('direct', 'connect', 'issuing')),
        account      text,
        context      text,
        livemode     boolean     NOT NULL,
        type         text        COLLATE "C" NOT NULL,
        api_version  text,
        object_id    text,
        object_type  text,
        related_ids  text[]      NOT NULL DEFAULT '{}',
        signed_with  text        NOT NULL,
        payload      text        NOT NULL,
        PRIMARY KEY (id, created)
      ) PARTITION BY RANGE (created)`);
    await db.query(`CREATE TABLE stripe_event_default PARTITION OF stripe_event DEFAULT`);
    await db.query(`CREATE INDEX stripe_event_newest ON stripe_event (livemode, source, created, id)`);
    await db.query(`CREATE INDEX stripe_event_type ON stripe_event (type, livemode, created, id)`);
    await db.query(
      `CREATE INDEX stripe_event_account ON stripe_event (account, livemode, created, id) WHERE account IS NOT NULL`,
    );
    await db.query(`CREATE INDEX stripe_event_received ON stripe_event (received_at, id)`);
    await db.query(`CREATE INDEX stripe_event_related ON stripe_event USING gin (related_ids)`);
    await db.query(
      `CREATE INDEX stripe_event_object ON stripe_event (object_id, created, id) WHERE object_id IS NOT NULL`,
    );
    await db.query(`
      CREATE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF current_setting('turnpike.maintenance', true) = 'on' THEN
          RETURN COALESCE(NEW, OLD);
        END IF;
        RAISE EXCEPTION 'stripe_event is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
      END $$`);
    await db.query(`
      CREATE TRIGGER stripe_event_append_only BEFORE UPDATE OR DELETE ON stripe_event
      FOR EACH ROW EXECUTE FUNCTION refuse_event_change()`);
    await db.query(`
      CREATE TRIGGER stripe_event_no_truncate BEFORE TRUNCATE ON stripe_event
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_change()`);
    await db.query(`
      CREATE TABLE handler_run (
        id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        event_id        text        NOT NULL,
        event_created   timestamptz NOT NULL,
        handler_id      text        NOT NULL,
        generation      integer     NOT NULL DEFAULT 1,
        status          text        NOT NULL
          CHECK (status IN ('pending', 'running', 'succeeded', 'retrying', 'dead', 'skipped')),
        attempts        integer     NOT NULL DEFAULT 0,
        lost_attempts   integer     NOT NULL DEFAULT 0,
        ordering_key    text,
        next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        sweep_at        timestamptz NOT NULL,
        lease_until     timestamptz,
        last_error      text,
        failed_at       timestamptz,
        first_failed_at timestamptz,
        error_fingerprint text,
        replay_id       bigint,
        superseded      boolean     NOT NULL DEFAULT false,
        created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
        started_at      timestamptz,
        finished_at     timestamptz,
        UNIQUE (event_created, event_id, handler_id, generation)
      ) WITH (fillfactor = 70)`);
    await db.query(`
      CREATE INDEX handler_run_due ON handler_run (handler_id, ((replay_id IS NOT NULL)::int), next_attempt_at)
      WHERE status IN ('pending', 'retrying')`);
    await db.query(
      `CREATE INDEX handler_run_sweep ON handler_run (sweep_at) WHERE status IN ('pending', 'retrying')`,
    );
    await db.query(`CREATE INDEX handler_run_leased ON handler_run (lease_until) WHERE status = 'running'`);
    await db.query(`
      CREATE INDEX handler_run_state ON handler_run (handler_id, status, event_created, event_id)
      WHERE NOT superseded`);
    await db.query(`
      CREATE INDEX handler_run_failing ON handler_run (handler_id, error_fingerprint, event_created, event_id)
      WHERE status IN ('retrying', 'dead') AND NOT superseded`);
    await db.query(
      `CREATE INDEX handler_run_replay ON handler_run (replay_id, status) WHERE replay_id IS NOT NULL`,
    );
    await db.query(`
      CREATE INDEX handler_run_in_order ON handler_run (handler_id, ordering_key, event_created, id)
      WHERE ordering_key IS NOT NULL AND status IN ('pending', 'retrying', 'running')`);
    await db.query(`
      CREATE UNIQUE INDEX handler_run_one_at_a_time ON handler_run (handler_id, ordering_key)
      WHERE ordering_key IS NOT NULL AND status = 'running'`);
    await db.query(`
      CREATE FUNCTION supersede_earlier_run() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE handler_run SET superseded = true
        WHERE event_id = NEW.event_id AND event_created = NEW.event_created AND handler_id = NEW.handler_id
          AND generation < NEW.generation AND NOT superseded;
        RETURN NULL;
      END $$`);
    await db.query(`
      CREATE TRIGGER handler_run_supersedes AFTER INSERT ON handler_run
      FOR EACH ROW WHEN (NEW.generation > 1) EXECUTE FUNCTION supersede_earlier_run()`);
    await db.query(`
      CREATE TABLE handler_attempt (
        run_id      bigint      NOT NULL REFERENCES handler_run (id) ON DELETE CASCADE,
        attempt     integer     NOT NULL,
        outcome     text        NOT NULL CHECK (outcome IN ('succeeded', 'failed', 'timed_out', 'lost', 'skipped')),
        started_at  timestamptz NOT NULL,
        finished_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        error       text,
        PRIMARY KEY (run_id, attempt)
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE handler_attempt, handler_run, stripe_event`);
    await db.query(`DROP FUNCTION refuse_event_change, supersede_earlier_run`);
  }
}
