import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { RedisConnections } from '../event-processing/redis-connections.js';
import { Problem } from '../http/problem.js';
import { APP_ROUTE, type AppRouteOptions } from './app-route.metadata.js';
import { signedRequestOf } from './signed-request.context.js';

/** Lets the same signature pass once per route for as long as it is valid. Stripe's signatures carry no nonce. */
@Injectable()
export class OnceGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly redis: RedisConnections,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (!this.reflector.get<AppRouteOptions>(APP_ROUTE, context.getHandler()).once) return true;
    const { fingerprint, validUntil } = signedRequestOf(context);
    const route = `${context.getClass().name}.${context.getHandler().name}`;
    const key = `${this.config.QUEUE_PREFIX}:app-signature:${route}:${fingerprint}`;
    // A signature from a clock ahead of ours is valid for longer, and so is the memory of it.
    const seconds = Math.max(1, Math.ceil(validUntil - Date.now() / 1000) + 1);
    if (await this.remember(key, seconds)) return true;
    throw new Problem(
      409,
      'app_request_replayed',
      'This signature was used on this route already: take a new one with fetchStripeSignature() for each request.',
    );
  }

  /** Never silently open: without Redis nobody can say whether a signature is new. */
  private async remember(key: string, seconds: number): Promise<boolean> {
    try {
      return (await this.redis.create('client').set(key, '1', 'EX', seconds, 'NX')) === 'OK';
    } catch (cause) {
      throw new Problem(503, 'app_replay_check_unavailable', 'Redis does not answer: try again soon.', {
        cause,
        headers: { 'Retry-After': '5' },
      });
    }
  }
}
