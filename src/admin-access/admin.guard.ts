import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { Problem } from '../http/problem.js';
import { Metrics } from '../metrics/metrics.js';
import { type AdminKey, adminScopes } from './admin-key.entity.js';
import { AdminKeys } from './admin-keys.js';
import { ADMIN_ACCESS, type AdminAccess } from './admin-access.metadata.js';

export type AdminRequest = Request & { adminKey?: AdminKey };

/** Lets a request pass with a key that has the scope of the route: `Bearer`, or `Basic` with the key as password. */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly keys: AdminKeys,
    private readonly metrics: Metrics,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AdminRequest>();
    const key = await this.keyOf(request);
    const needed = this.reflector.get<AdminAccess>(ADMIN_ACCESS, context.getHandler());
    if (adminScopes.indexOf(key.scope) < adminScopes.indexOf(needed.scope)) {
      throw new Problem(
        403,
        'admin_scope_missing',
        `This needs a key with the scope '${needed.scope}'; yours has '${key.scope}'.`,
      );
    }
    if (key.accounts && !needed.restrictable) {
      throw new Problem(
        403,
        'account_restricted',
        'This concerns every account, and your key is restricted to some: use one that is not.',
      );
    }
    request.adminKey = key;
    return true;
  }

  private async keyOf(request: AdminRequest): Promise<AdminKey> {
    const secret = secretOf(request.headers.authorization ?? '');
    const key = secret ? await this.find(secret) : null;
    if (key) return key;
    this.metrics.adminRefused.inc();
    throw new Problem(401, 'admin_key_missing', 'Send a valid admin key as Authorization: Bearer ….', {
      headers: { 'WWW-Authenticate': 'Bearer, Basic realm="turnpike"' },
    });
  }

  private async find(secret: string): Promise<AdminKey | null> {
    try {
      return await this.keys.find(secret);
    } catch (cause) {
      throw new Problem(503, 'store_unavailable', 'The keys cannot be read: try again soon.', { cause });
    }
  }
}

function secretOf(authorization: string): string | undefined {
  const [scheme, value = ''] = authorization.split(' ', 2);
  if (scheme?.toLowerCase() === 'bearer') return value;
  if (scheme?.toLowerCase() !== 'basic') return undefined;
  return Buffer.from(value, 'base64').toString('utf8').split(':').slice(1).join(':');
}
