import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Problem } from '../http/problem.js';
import { AppInstallation } from './app-installation.entity.js';

/** Where the app is installed. */
@Injectable()
export class Installations {
  constructor(private readonly dataSource: DataSource) {}

  async isInstalled(account: string, livemode: boolean): Promise<boolean> {
    return (await this.of(account)).some((one) => one.livemode === livemode && one.installed);
  }

  /** @throws Problem 503 when Postgres does not answer */
  async of(account: string): Promise<AppInstallation[]> {
    try {
      return await this.dataSource.manager.findBy(AppInstallation, { account });
    } catch (cause) {
      throw new Problem(503, 'store_unavailable', 'The installations cannot be read: try again soon.', {
        cause,
        headers: { 'Retry-After': '5' },
      });
    }
  }

  /**
   * Notes what an event says, unless a newer one said otherwise.
   *
   * @returns what became of it; an account that was not known counts as changed either way
   */
  async record(
    tx: EntityManager,
    state: AppInstallation,
  ): Promise<'installed' | 'uninstalled' | 'unchanged'> {
    const { account, livemode, installed, app, changedAt } = state;
    // One event of an account at a time: only then is the state before it known.
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`app_installation ${account}`]);
    const rows = await tx.query<{ before: boolean | null }[]>(RECORD, [
      account,
      livemode,
      installed,
      app,
      changedAt,
    ]);
    const [row] = rows;
    if (!row || row.before === installed) return 'unchanged';
    return installed ? 'installed' : 'uninstalled';
  }
}

/** Returns no row for an event that is older than what is known. Of two in one second, the uninstallation counts. */
const RECORD = `
  WITH known AS (
    SELECT installed FROM app_installation WHERE account = $1 AND livemode = $2
  ), recorded AS (
    INSERT INTO app_installation AS it (account, livemode, installed, app, changed_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (account, livemode) DO UPDATE
    SET installed = EXCLUDED.installed, app = COALESCE(EXCLUDED.app, it.app), changed_at = EXCLUDED.changed_at
    WHERE it.changed_at < EXCLUDED.changed_at OR (it.changed_at = EXCLUDED.changed_at AND NOT EXCLUDED.installed)
    RETURNING account
  )
  SELECT (SELECT installed FROM known) AS before FROM recorded`;
