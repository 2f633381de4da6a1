import { Inject, Injectable } from '@nestjs/common';
import { normalizeIp, ThrottlerStorageService } from '@nestjs/throttler';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { Problem } from '../http/problem.js';
import type { AdminKey } from './admin-key.entity.js';

const ONE_MINUTE_MS = 60_000;

/** Limits how often a key is used, and how often a client tries keys that are wrong. It counts in this process. */
@Injectable()
export class AdminThrottle {
  constructor(
    private readonly counters: ThrottlerStorageService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws Problem 429 `admin_rate_limited` */
  async countRequest({ id }: AdminKey): Promise<void> {
    const seconds = await this.secondsOver(`key ${id}`, this.config.ADMIN_REQUESTS_PER_MINUTE);
    if (seconds === 0) return;
    throw tooMany(
      'admin_rate_limited',
      'Too many requests with this key (ADMIN_REQUESTS_PER_MINUTE).',
      seconds,
    );
  }

  /**
   * A right key is let in all the same: keys are too long to guess, and nobody is to lock out others behind one address.
   *
   * @throws Problem 429 `admin_login_limited`
   */
  async countFailedLogin(address: string): Promise<void> {
    const client = `login ${normalizeIp(address)}`;
    const seconds = await this.secondsOver(client, this.config.ADMIN_FAILED_LOGINS_PER_MINUTE);
    if (seconds === 0) return;
    throw tooMany(
      'admin_login_limited',
      'Too many wrong keys from this address (ADMIN_FAILED_LOGINS_PER_MINUTE).',
      seconds,
    );
  }

  /** How long to wait, in seconds, or 0 where there is no need to. */
  private async secondsOver(who: string, limit: number): Promise<number> {
    const { isBlocked, timeToBlockExpire } = await this.counters.increment(
      who,
      ONE_MINUTE_MS,
      limit,
      0,
      'admin',
    );
    return isBlocked ? Math.max(1, timeToBlockExpire) : 0;
  }
}

const tooMany = (code: string, detail: string, seconds: number): Problem =>
  new Problem(429, code, detail, { headers: { 'Retry-After': String(seconds) } });
