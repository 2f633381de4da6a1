import { Injectable } from '@nestjs/common';
import { type EventOf, type HandlerContext, OnStripeEvent } from '../event-handlers/index.js';
import { Installations } from './installations.js';
import { UninstallHooks } from './uninstall-hooks.js';

type Authorization = EventOf<'account.application.authorized' | 'account.application.deauthorized'>;
type Install = EventOf<'apps.install.created' | 'apps.install.updated' | 'apps.install.deleted'>;

/** Keeps the installations. Events may arrive in any order: the newest one decides. */
@Injectable()
export class InstallationHandlers {
  constructor(
    private readonly installations: Installations,
    private readonly hooks: UninstallHooks,
  ) {}

  @OnStripeEvent(['account.application.authorized', 'account.application.deauthorized'], {
    id: 'app-backend.authorization',
    actsForAccount: false,
  })
  async authorization(event: Authorization, ctx: HandlerContext): Promise<void> {
    const installed = event.type === 'account.application.authorized';
    await this.record(ctx, event.created, installed, ctx.account, event.data.object.id);
  }

  @OnStripeEvent(['apps.install.created', 'apps.install.updated', 'apps.install.deleted'], {
    id: 'app-backend.install',
    actsForAccount: false,
  })
  async install(event: Install, ctx: HandlerContext): Promise<void> {
    const { account, app, status } = event.data.object;
    const installed = event.type !== 'apps.install.deleted' && status === 'installed';
    await this.record(ctx, event.created, installed, ctx.account ?? account, app);
  }

  private async record(
    { livemode, tx }: HandlerContext,
    created: number,
    installed: boolean,
    account: string | undefined,
    app: string,
  ): Promise<void> {
    // The platform's own account is told of installations elsewhere, too, but has none itself.
    if (account === undefined) return;
    const state = { account, livemode, installed, app, changedAt: new Date(created * 1000) };
    const change = await this.installations.record(tx, state);
    if (change === 'uninstalled') await this.hooks.run({ account, livemode }, tx);
  }
}
