import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BeforeRun, SkipRun, type UpcomingRun } from '../../event-handlers/index.js';
import { DEAUTHORIZED } from './connected-accounts.js';

/** What tells of the end itself: who handles it cleans up. */
const ENDINGS = new Set([DEAUTHORIZED, 'apps.install.deleted']);

/** Sees to it that nothing is done for an account that has left: its open runs end without reaching their handlers. */
@Injectable()
export class DisconnectedAccounts {
  constructor(private readonly dataSource: DataSource) {}

  /** An event that is newer than the disconnection passes: it shows that the account is connected again. */
  @BeforeRun()
  async refuse({ account, livemode, created, eventType, actsForAccount }: UpcomingRun): Promise<void> {
    if (account === undefined || !actsForAccount || ENDINGS.has(eventType)) return;
    const [left] = await this.dataSource.query<{ deauthorized_at: Date }[]>(
      `SELECT deauthorized_at FROM connected_account
       WHERE account = $1 AND livemode = $2 AND deauthorized_at >= $3`,
      [account, livemode, created],
    );
    if (!left) return;
    throw new SkipRun(
      `The account ${account} was disconnected at ${left.deauthorized_at.toISOString()}: nothing is done for it any more`,
    );
  }
}
