import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables of src/features/orders. An empty `account` is the platform's own. */
export class Orders1795000001000 implements MigrationInterface {
  name = 'Orders1795000001000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE payment_order (
        id               text        NOT NULL,
        account          text        NOT NULL,
        livemode         boolean     NOT NULL,
        state            text        NOT NULL DEFAULT 'open',
        fulfilment       text        NOT NULL DEFAULT 'none',
        amount           bigint,
        amount_refunded  bigint      NOT NULL DEFAULT 0,
        currency         text,
        customer         text,
        checkout_session text,
        reference        json,
        metadata         json        NOT NULL DEFAULT '{}',
        failure          json,
        disputes         json        NOT NULL DEFAULT '[]',
        created_at       timestamptz NOT NULL,
        updated_at       timestamptz NOT NULL,
        paid_at          timestamptz,
        fulfilled_at     timestamptz,
        reversed_at      timestamptz,
        parts            json        NOT NULL DEFAULT '{}',
        buyer            json        NOT NULL DEFAULT '{}',
        PRIMARY KEY (id, account, livemode)
      ) WITH (fillfactor = 70)`);
    const position = 'created_at, id, account, livemode';
    await db.query(`CREATE INDEX payment_order_newest ON payment_order (${position})`);
    await db.query(`CREATE INDEX payment_order_account ON payment_order (account, ${position})`);
    await db.query(`CREATE INDEX payment_order_state ON payment_order (state, ${position})`);
    await db.query(`
      CREATE INDEX payment_order_work ON payment_order (fulfilment, ${position})
      WHERE fulfilment IN ('due', 'reversal_due', 'reversed')`);
    await db.query(
      `CREATE INDEX payment_order_customer ON payment_order (customer) WHERE customer IS NOT NULL`,
    );
    await db.query(`
      CREATE TABLE payment_order_event (
        order_id text        NOT NULL,
        account  text        NOT NULL,
        livemode boolean     NOT NULL,
        created  timestamptz NOT NULL,
        event_id text        NOT NULL,
        type     text        NOT NULL,
        said     json        NOT NULL,
        PRIMARY KEY (order_id, account, livemode, created, event_id)
      )`);
    await db.query(`
      CREATE TABLE fulfilled_order (
        order_id     text        NOT NULL,
        account      text        NOT NULL DEFAULT '',
        livemode     boolean     NOT NULL,
        amount       bigint      NOT NULL,
        currency     text        NOT NULL,
        customer     text,
        fulfilled_by text,
        fulfilled_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (order_id, account, livemode)
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
    await db.query(`CREATE INDEX saved_payment_method_customer ON saved_payment_method (customer)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE saved_payment_method, fulfilled_order, payment_order_event, payment_order`);
  }
}
