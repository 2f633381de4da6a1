import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import type { AuthorizationRequest } from './authorization-request.js';
import { concerns } from './rule-check.js';
import { SpendingRule } from './spending-rule.entity.js';

/** Also without a notification the rules are never older than this, in milliseconds. */
const REFRESH_MS = 5_000;

/** The enabled spending rules, in memory. A change in any instance reaches the others by a notification. */
@Injectable()
export class SpendingRules implements OnApplicationBootstrap, OnApplicationShutdown {
  private everyone: readonly SpendingRule[] | undefined;
  private byScopeId = new Map<string, SpendingRule[]>();
  private listener: pg.Client | undefined;
  private refreshing: Promise<void> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.refresh();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.listener?.end();
  }

  /** The rules that a request must respect; `undefined` while they have never been read. */
  concerning(request: AuthorizationRequest): SpendingRule[] | undefined {
    if (!this.everyone) return undefined;
    const own = [request.cardId, request.cardholderId ?? ''].flatMap((id) => this.byScopeId.get(id) ?? []);
    return [...this.everyone, ...own].filter((rule) => concerns(rule, request));
  }

  /** Resolves when the rules are at least as new as this call. */
  @Interval(REFRESH_MS)
  async refresh(): Promise<void> {
    // What runs already may have read before the change that this call is about: only then once more.
    await this.refreshing;
    this.refreshing ??= this.read().finally(() => {
      this.refreshing = undefined;
    });
    await this.refreshing;
  }

  private async read(): Promise<void> {
    try {
      await this.listen();
      const rules = await this.dataSource.manager.find(SpendingRule, {
        where: { enabled: true },
        order: { id: 'ASC' },
      });
      const byScopeId = new Map<string, SpendingRule[]>();
      for (const rule of rules) {
        if (rule.scopeId !== null)
          byScopeId.set(rule.scopeId, [...(byScopeId.get(rule.scopeId) ?? []), rule]);
      }
      this.byScopeId = byScopeId;
      this.everyone = rules.filter(({ scopeId }) => scopeId === null);
    } catch (error) {
      this.logger.warn(
        { error: loggable(error) },
        'spending rules could not be read; the last known ones apply',
      );
    }
  }

  /** Listens before reading, so that no change falls in between. */
  private async listen(): Promise<void> {
    if (this.listener) return;
    const client = new pg.Client({
      connectionString: this.config.DATABASE_URL,
      application_name: 'turnpike rules',
      connectionTimeoutMillis: REFRESH_MS,
      query_timeout: REFRESH_MS,
      keepAlive: true,
    });
    const drop = () => {
      if (this.listener === client) this.listener = undefined;
    };
    client.on('error', drop).on('end', drop);
    client.on('notification', () => void this.refresh());
    try {
      await client.connect();
      await client.query('LISTEN spending_rules');
    } catch (error) {
      void client.end().catch(() => undefined);
      throw error;
    }
    this.listener = client;
  }
}
