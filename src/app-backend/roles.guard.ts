import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Problem } from '../http/problem.js';
import { REQUIRED_ROLES } from './app-route.metadata.js';
import { signedRequestOf } from './signed-request.context.js';

/** Passes only on roles that Stripe signed: it refuses to sign a role that the user does not have. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const required = this.reflector.get<string[] | undefined>(REQUIRED_ROLES, context.getHandler());
    if (!required || signedRequestOf(context).roles.some(({ type }) => required.includes(type))) return true;
    throw new Problem(
      403,
      'app_role_missing',
      `This needs one of the roles ${required.join(', ')}: sign { stripe_roles: userContext.roles, … } with ` +
        'fetchStripeSignature(payload), as a user who has one.',
    );
  }
}
