import { createHash } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource, IsNull, MoreThan } from 'typeorm';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { AdminKey } from './admin-key.entity.js';

const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

/** Inserted only where there is no key at all, also when several processes boot at once. */
const BOOTSTRAP = `
  INSERT INTO admin_key (name, hash, scope)
  SELECT 'bootstrap', $1, 'admin' WHERE NOT EXISTS (SELECT FROM admin_key)
  ON CONFLICT (hash) DO NOTHING`;

/** Who may use the admin routes. */
@Injectable()
export class AdminKeys implements OnApplicationBootstrap {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { ADMIN_BOOTSTRAP_KEY: key } = this.config;
    if (!key) return;
    try {
      await this.dataSource.query(BOOTSTRAP, [hashOf(key)]);
    } catch (error) {
      this.logger.warn({ error: loggable(error) }, 'the first admin key could not be stored');
    }
  }

  /** The key with this secret, unless it is unknown, expired or revoked. */
  async find(secret: string): Promise<AdminKey | null> {
    const usable = { hash: hashOf(secret), revokedAt: IsNull() };
    return this.dataSource.manager.findOne(AdminKey, {
      where: [
        { ...usable, expiresAt: IsNull() },
        { ...usable, expiresAt: MoreThan(new Date()) },
      ],
    });
  }
}
