import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Problem } from '../http/problem.js';
import { Metrics } from '../metrics/metrics.js';
import type { AdminAccess } from './admin-access.metadata.js';
import { type AdminKey, adminScopes } from './admin-key.entity.js';
import { AdminKeys } from './admin-keys.js';
import { AdminThrottle } from './admin-throttle.js';
import { credentialsOf } from './credentials.js';
import { isCrossSiteChange } from './cross-site.js';

/** Decides which requests may pass to what is for operators. */
@Injectable()
export class AdminGate {
  constructor(
    private readonly keys: AdminKeys,
    private readonly throttle: AdminThrottle,
    private readonly metrics: Metrics,
  ) {}

  /**
   * @returns the key that the request came with
   * @throws Problem 401 `admin_key_missing`, 403, 429, 503: why it may not pass
   */
  async admit(request: Request, access: AdminAccess): Promise<AdminKey> {
    const credentials = credentialsOf(request);
    const key = credentials ? await this.find(credentials.secret) : null;
    if (!key) return this.refuseStranger(request, credentials !== undefined);
    if (credentials?.scheme === 'basic' && isCrossSiteChange(request))
      return this.refuse('cross_site', crossSite());
    await this.throttle.countRequest(key).catch((error: unknown) => this.refuse('rate', error));
    if (adminScopes.indexOf(key.scope) < adminScopes.indexOf(access.scope)) {
      return this.refuse('scope', scopeMissing(access, key));
    }
    if (key.accounts && !access.restrictable) return this.refuse('account', accountRestricted());
    this.keys.noteUse(key);
    return key;
  }

  /** Says the same whether there is no such key, or it has expired or was revoked. */
  private async refuseStranger({ ip = '' }: Request, triedKey: boolean): Promise<never> {
    const reason = triedKey ? 'wrong_key' : 'no_key';
    if (triedKey)
      await this.throttle.countFailedLogin(ip).catch((error: unknown) => this.refuse(reason, error));
    return this.refuse(reason, keyMissing());
  }

  private refuse(reason: string, problem: unknown): never {
    this.metrics.adminRefused.inc({ reason });
    throw problem;
  }

  private async find(secret: string): Promise<AdminKey | null> {
    try {
      return await this.keys.find(secret);
    } catch (cause) {
      throw new Problem(503, 'store_unavailable', 'The keys cannot be read: try again soon.', { cause });
    }
  }
}

const keyMissing = () =>
  new Problem(401, 'admin_key_missing', 'Send a valid admin key as Authorization: Bearer ….', {
    headers: { 'WWW-Authenticate': ['Bearer', 'Basic realm="turnpike", charset="UTF-8"'] },
  });

const crossSite = () =>
  new Problem(
    403,
    'cross_site_request',
    'A page of another site may not change anything with the key that your browser remembers.',
  );

const scopeMissing = ({ scope }: AdminAccess, key: AdminKey) =>
  new Problem(
    403,
    'admin_scope_missing',
    `This needs a key with the scope '${scope}'; yours has '${key.scope}'.`,
  );

const accountRestricted = () =>
  new Problem(
    403,
    'account_restricted',
    'This concerns every account, and your key is restricted to some: use one that is not.',
  );
