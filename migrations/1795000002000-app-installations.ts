import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where the Stripe App is installed: src/app-backend. */
export class AppInstallations1795000002000 implements MigrationInterface {
  name = 'AppInstallations1795000002000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE app_installation (
        account    text        NOT NULL,
        livemode   boolean     NOT NULL,
        installed  boolean     NOT NULL,
        app        text,
        changed_at timestamptz NOT NULL,
        PRIMARY KEY (account, livemode)
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE app_installation`);
  }
}
