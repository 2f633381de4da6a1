import type { ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { SignedRequest } from './signed-request.js';

export type AppHttpRequest = Request & { signedRequest?: SignedRequest };

/** What the guard of this route verified. */
export function signedRequestOf(context: ExecutionContext): SignedRequest {
  const { signedRequest } = context.switchToHttp().getRequest<AppHttpRequest>();
  if (!signedRequest) throw new Error('This route lacks @AppRoute');
  return signedRequest;
}
