import { createHash } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource, type FindOptionsWhere, IsNull, MoreThan } from 'typeorm';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { AdminKey } from './admin-key.entity.js';

/** How exactly the last use of a key is known, in milliseconds. */
const USE_NOTED_EVERY_MS = 60_000;

/** What a key is stored and found by. */
export const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

/** A key that can do everything, now. */
export const USABLE_ADMIN_KEY = `
  scope = 'admin' AND accounts IS NULL AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`;

/** Inserted only where nobody could make a key, also when several processes boot at once. */
const BOOTSTRAP = `
  INSERT INTO admin_key (name, hash, scope)
  SELECT 'bootstrap', $1, 'admin' WHERE NOT EXISTS (SELECT FROM admin_key WHERE ${USABLE_ADMIN_KEY})
  ON CONFLICT (hash) DO NOTHING`;

/** Processes do not do this at once: the first one's time is good for all. */
const NOTE_USE = `
  UPDATE admin_key SET last_used_at = now() WHERE id = $1
  AND (last_used_at IS NULL OR last_used_at < now() - interval '${USE_NOTED_EVERY_MS} milliseconds')`;

/** Who may use the admin routes. */
@Injectable()
export class AdminKeys implements OnApplicationBootstrap {
  /** Until when nothing is to be noted, by key id; in milliseconds since 1970. */
  private readonly notedUntil = new Map<string, number>();

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
    return this.dataSource.manager.findOne(AdminKey, { where: usable({ hash: hashOf(secret) }) });
  }

  /** Whether a key that was let in would still be: for answers that go on for long. */
  async isUsable({ id }: AdminKey): Promise<boolean> {
    return this.dataSource.manager.exists(AdminKey, { where: usable({ id }) });
  }

  /** Remembers when the key was last used, to the minute. Nothing waits for it or fails with it. */
  noteUse({ id }: AdminKey): void {
    const now = Date.now();
    if (now < (this.notedUntil.get(id) ?? 0)) return;
    this.notedUntil.set(id, now + USE_NOTED_EVERY_MS);
    this.dataSource.query(NOTE_USE, [id]).catch((error: unknown) => {
      this.logger.debug({ error: loggable(error) }, 'the last use of an admin key could not be noted');
    });
  }
}

/** Neither revoked nor expired. */
const usable = (which: FindOptionsWhere<AdminKey>): FindOptionsWhere<AdminKey>[] => [
  { ...which, revokedAt: IsNull(), expiresAt: IsNull() },
  { ...which, revokedAt: IsNull(), expiresAt: MoreThan(new Date()) },
];
