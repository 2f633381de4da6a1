import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables of src/features/orders. */
export class Orders1795000001000 implements MigrationInterface {
  name = 'Orders1795000001000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE fulfilled_order (
        payment_intent_id text        NOT NULL,
        account           text        NOT NULL DEFAULT '',
        amount            bigint      NOT NULL,
        currency          text        NOT NULL,
        customer          text,
        livemode          boolean     NOT NULL,
        fulfilled_at      timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (payment_intent_id, account)
      )`);
    await db.query(`
      CREATE TABLE saved_payment_method (
        id       text        NOT NULL,
        account  text        NOT NULL DEFAULT '',
        customer text        NOT NULL,
        type     text        NOT NULL,
        livemode boolean     NOT NULL,
        saved_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (id, account)
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE saved_payment_method, fulfilled_order`);
  }
}
