import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Problem } from '../http/problem.js';
import { REQUIRED_ROLES } from './app-route.metadata.js';
import { signedRequestOf } from './signed-request.context.js';

/** What Stripe calls its own roles; `custom` ones are named by the account, so their ids prove nothing here. */
const BUILT_IN = 'builtIn';

/** Passes only on roles that Stripe signed: it refuses to sign a role that the user does not have. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const declared = [context.getHandler(), context.getClass()];
    const required = this.reflector.getAllAndOverride<string[] | undefined>(REQUIRED_ROLES, declared);
    if (!required) return true;
    const { roles } = signedRequestOf(context);
    if (roles.some(({ id, type }) => type === BUILT_IN && id && required.includes(id))) return true;
    throw new Problem(
      403,
      'app_role_missing',
      `This needs one of the roles ${required.join(', ')}: sign { stripe_roles: userContext.roles, … } with ` +
        'fetchStripeSignature(payload), as a user who has one.',
    );
  }
}
