import { Controller, Post } from '@nestjs/common';
import { AppRoute, Signed } from '../app-route.decorator.js';
import { Installations } from '../installations.js';
import type { SignedRequest, StripeRole } from '../signed-request.js';

export interface Session {
  user: string;
  account: string;
  roles: readonly StripeRole[];
  installations: { livemode: boolean; installed: boolean; app: string | null }[];
}

@Controller('app/session')
export class SessionController {
  constructor(private readonly installations: Installations) {}

  /** Who am I, and what is installed? */
  @Post()
  @AppRoute({ signed: 'identity' })
  async show(@Signed() { userId: user, accountId: account, roles }: SignedRequest): Promise<Session> {
    const known = await this.installations.of(account);
    const installations = known.map(({ livemode, installed, app }) => ({ livemode, installed, app }));
    return { user, account, roles, installations };
  }
}
