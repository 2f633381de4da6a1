import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  SetMetadata,
  UseGuards,
} from '@nestjs/common';
import { RouteAccess } from '../http/route-access.js';
import { SignatureGuard, type VerifiedRequest } from './signature.guard.js';
import { SIGNED_BY } from './signed-by.metadata.js';
import type { Endpoint } from './signing-secrets.js';

/**
 * Guards a route with the signing secrets of these endpoints. Read the event with {@link SignedEvent}.
 *
 * @example
 * \@Post('webhook') \@SignedBy('direct')
 * receive(\@SignedEvent() event: VerifiedEvent) { … }
 */
export const SignedBy = (...endpoints: Endpoint[]) =>
  applyDecorators(
    SetMetadata(SIGNED_BY, endpoints),
    RouteAccess(`signature: ${endpoints.join(', ')}`),
    UseGuards(SignatureGuard),
  );

/** The event that the guard of this route verified. */
export const SignedEvent = createParamDecorator(
  (_data: unknown, context: ExecutionContext) =>
    context.switchToHttp().getRequest<VerifiedRequest>().verifiedEvent,
);
