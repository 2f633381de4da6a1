import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { AdminRequest } from '../../admin-access/admin.guard.js';
import { Replays } from '../../event-replay/replays.js';
import { Problem } from '../../http/problem.js';

/**
 * Lets a replay be watched that is there for the key. A stream has begun, with 200, before Nest learns that its handler
 * throws: so this is asked first.
 */
@Injectable()
export class WatchedReplayGuard implements CanActivate {
  constructor(private readonly replays: Replays) {}

  /** @throws Problem 404 `replay_not_found`, 503 `store_unavailable` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { adminKey, params } = context.switchToHttp().getRequest<AdminRequest>();
    if (!adminKey) return false;
    try {
      await this.replays.show(adminKey, String(params.id));
    } catch (cause) {
      if (cause instanceof Problem) throw cause;
      throw new Problem(503, 'store_unavailable', 'Postgres does not answer: try again soon.', { cause });
    }
    return true;
  }
}
