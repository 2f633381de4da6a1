import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  SetMetadata,
  UseGuards,
} from '@nestjs/common';
import { RouteAccess } from '../http/route-access.js';
import { SignatureGuard, type VerifiedRequest } from './signature.guard.js';
import { SIGNED_BY, type SignedByMetadata } from './signed-by.metadata.js';
import type { Endpoint } from './signing-secrets.js';

/**
 * Guards a route with the signing secrets of these endpoints. Read the event with {@link SignedEvent}.
 *
 * @example
 * \@Post('webhook') \@SignedBy('direct')
 * receive(\@SignedEvent() event: VerifiedEvent) { … }
 */
export const SignedBy = (...endpoints: Endpoint[]) => guarded({ endpoints, read: 'event' });

/** The same for a route that must answer whatever Stripe signed. Read it with {@link SignedBytes}. */
export const SignedBytesBy = (...endpoints: Endpoint[]) => guarded({ endpoints, read: 'bytes' });

const guarded = (metadata: SignedByMetadata) =>
  applyDecorators(
    SetMetadata(SIGNED_BY, metadata),
    RouteAccess(`signature: ${metadata.endpoints.join(', ')}`),
    UseGuards(SignatureGuard),
  );

/** The event that the guard of this route verified. */
export const SignedEvent = createParamDecorator(
  (_data: unknown, context: ExecutionContext) =>
    context.switchToHttp().getRequest<VerifiedRequest>().verifiedEvent,
);

/** The bytes that the guard of this route verified. */
export const SignedBytes = createParamDecorator(
  (_data: unknown, context: ExecutionContext) =>
    context.switchToHttp().getRequest<VerifiedRequest>().verifiedBody,
);
