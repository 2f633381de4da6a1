import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DataSource, type EntityManager } from 'typeorm';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { endsWithin } from '../timing/time-limit.js';
import { AlertMessages } from './alert-messages.js';
import { AlertMetrics } from './alert-metrics.js';
import { LOOK_EVERY_MS, PASS_EVERY_MS, PASS_TIMEOUT_MS } from './alert-policy.js';
import { BEGIN_PASS, END_PASS, reconcile, TAKE_NEWS } from './alert-statements.js';
import type { AlertNews } from './alert.js';
import { type Condition, conditions } from './conditions.js';

/**
 * Compares what is wrong with what operators were told. A pass is one transaction that holds the only row of
 * `alert_schedule`: of any number of workers one makes it, and what it finds and what it tells commit together.
 */
@Injectable()
export class AlertWatch implements BeforeApplicationShutdown {
  private looking: Promise<void> | undefined;
  private stopping = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly messages: AlertMessages,
    private readonly metrics: AlertMetrics,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Makes a pass if one is due. */
  @Interval(LOOK_EVERY_MS)
  async look(): Promise<void> {
    if (this.stopping) return;
    this.looking ??= this.pass().finally(() => {
      this.looking = undefined;
    });
    await this.looking;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    if (this.looking) await endsWithin(PASS_TIMEOUT_MS, this.looking);
  }

  private async pass(): Promise<void> {
    try {
      await this.dataSource.transaction(async (tx) => {
        const [due] = await tx.query<{ mayTell: boolean }[]>(BEGIN_PASS);
        if (!due) return;
        await tx.query(`SET LOCAL statement_timeout = ${PASS_TIMEOUT_MS}`);
        for (const condition of conditions) await this.check(tx, condition);
        const told = due.mayTell && (await this.tell(tx));
        await tx.query(END_PASS, [PASS_EVERY_MS, told ? this.config.ALERT_INTERVAL_MINUTES : null]);
      });
    } catch (error) {
      this.logger.warn(
        { error: loggable(error) },
        'alerts could not be looked for; the next pass tries again',
      );
    }
  }

  /** In a savepoint: a condition that cannot be asked leaves its alerts as they are, and the others alone. */
  private async check(tx: EntityManager, { kind, findings, limit }: Condition): Promise<void> {
    try {
      await tx.transaction((inner) => inner.query(reconcile(findings), [kind, limit(this.config)]));
    } catch (error) {
      this.metrics.failures.inc({ kind });
      this.logger.error({ kind, error: loggable(error) }, 'a condition of alerts could not be asked');
    }
  }

  /** Where there is no channel, the news keep until there is one. */
  private async tell(tx: EntityManager): Promise<boolean> {
    if (!this.messages.possible) return false;
    const news = await tx.query<AlertNews[]>(TAKE_NEWS);
    if (news.length === 0) return false;
    await this.messages.put(tx, news);
    return true;
  }
}
