import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keys of operators, and what they did: src/admin-access. */
export class AdminAccess1795000004000 implements MigrationInterface {
  name = 'AdminAccess1795000004000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE admin_key (
        id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name         text        NOT NULL,
        hash         text        NOT NULL UNIQUE,
        scope        text        NOT NULL CHECK (scope IN ('read', 'replay', 'admin')),
        accounts     text[]      CHECK (cardinality(accounts) > 0),
        created_at   timestamptz NOT NULL DEFAULT now(),
        expires_at   timestamptz,
        revoked_at   timestamptz,
        last_used_at timestamptz
      )`);
    await db.query(`
      CREATE TABLE audit_log (
        id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at       timestamptz NOT NULL DEFAULT now(),
        key_id   bigint      NOT NULL REFERENCES admin_key (id),
        key_name text        NOT NULL,
        action   text        NOT NULL,
        target   text        NOT NULL,
        reason   text,
        details  json        NOT NULL
      )`);
    await db.query(`CREATE INDEX audit_log_newest ON audit_log (at, id)`);
    await db.query(`CREATE INDEX audit_log_key ON audit_log (key_id, at, id)`);
    await db.query(`CREATE INDEX audit_log_action ON audit_log (action, at, id)`);
    await db.query(`CREATE INDEX audit_log_target ON audit_log (target, at, id)`);
    await db.query(`
      CREATE TABLE idempotent_request (
        key_id          bigint      NOT NULL REFERENCES admin_key (id),
        idempotency_key text        NOT NULL,
        request         text        NOT NULL,
        response        json,
        created_at      timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (key_id, idempotency_key)
      )`);
    await db.query(`CREATE INDEX idempotent_request_age ON idempotent_request (created_at)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE idempotent_request, audit_log, admin_key`);
  }
}
