import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  HttpCode,
  SetMetadata,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { RouteAccess } from '../http/route-access.js';
import { AccountThrottlerGuard } from './account-throttler.guard.js';
import { AppRequestGuard } from './app-request.guard.js';
import { InstallationGuard } from './installation.guard.js';
import { OnceGuard } from './once.guard.js';
import { RolesGuard } from './roles.guard.js';
import { StripeErrorInterceptor } from './stripe-error.interceptor.js';
import { APP_ROUTE, type AppRouteOptions, REQUIRED_ROLES } from './app-route.metadata.js';
import type { SignedRequest } from './signed-request.js';
import { signedRequestOf } from './signed-request.context.js';

/**
 * A route for the UI extension of a Stripe App. It passes only for a genuine, fresh signature of an account where the
 * app is installed.
 *
 * @param options - `signed`: what must be signed; `once`: whether a signature is accepted only once, for routes that
 * change something
 * @example
 * \@Post('refunds') \@AppRoute({ signed: 'payload', once: true }) \@RequireStripeRoles('admin')
 * refund(\@Signed() request: SignedRequest, \@SignedPayload() refund: RefundDto) { … }
 */
export const AppRoute = (options: AppRouteOptions): MethodDecorator =>
  applyDecorators(
    SetMetadata(APP_ROUTE, options),
    RouteAccess(`app signature over the ${options.signed}${options.once ? ', once' : ''}`),
    UseGuards(AppRequestGuard, AccountThrottlerGuard, RolesGuard, InstallationGuard, OnceGuard),
    UseInterceptors(StripeErrorInterceptor),
    HttpCode(200),
  );

/**
 * Passes only for users with one of these built-in roles in the signed `stripe_roles`; otherwise 403. Goes with
 * `@AppRoute({ signed: 'payload' })`; on a controller it holds for all its routes. A custom role of the account is for
 * the route to look up in `SignedRequest.roles`.
 *
 * @param ids - ids of Stripe's roles, such as `admin`, not their names
 */
export const RequireStripeRoles = (...ids: [string, ...string[]]) => SetMetadata(REQUIRED_ROLES, ids);

/** What Stripe signed of the request. */
export const Signed = createParamDecorator((_data: unknown, context: ExecutionContext): SignedRequest =>
  signedRequestOf(context),
);
