import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Problem } from '../http/problem.js';
import { Installations } from './installations.js';
import { signedRequestOf } from './signed-request.context.js';
import { TenantStripe } from './tenant-stripe.js';

/** Passes only for accounts where the app is installed, in the mode in which this back end works. */
@Injectable()
export class InstallationGuard implements CanActivate {
  constructor(
    private readonly installations: Installations,
    private readonly stripe: TenantStripe,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { accountId } = signedRequestOf(context);
    const { livemode } = this.stripe;
    if (await this.installations.isInstalled(accountId, livemode)) return true;
    throw new Problem(
      403,
      'app_not_installed',
      `The app is not installed in ${livemode ? 'live' : 'test'} mode on this account: install it, then try again.`,
    );
  }
}
