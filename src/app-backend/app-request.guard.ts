import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { Problem } from '../http/problem.js';
import { readRawBody } from '../http/raw-body.js';
import { refuseMediaType, signatureHeader } from '../signature/signed-http-request.js';
import { verifyAppRequest } from './app-request-verifier.js';
import { APP_ROUTE, type AppRouteOptions } from './app-route.metadata.js';
import type { AppHttpRequest } from './signed-request.context.js';

/** Lets a request pass only with a genuine, fresh signature over what the route needs to be signed. */
@Injectable()
export class AppRequestGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = this.reflector.get<AppRouteOptions>(APP_ROUTE, context.getHandler());
    const request = context.switchToHttp().getRequest<AppHttpRequest>();
    refuseMediaType(request);
    const signed = verifyAppRequest({
      header: signatureHeader(request),
      body: await readRawBody(request, this.config.BODY_LIMIT_BYTES),
      secrets: this.config.STRIPE_APP_SECRETS,
      toleranceSeconds: this.config.SIGNATURE_TOLERANCE_SECONDS,
      now: Date.now() / 1000,
    });
    if (route.signed === 'payload' && signed.signed === 'identity') {
      throw new Problem(
        403,
        'app_payload_not_signed',
        'This route acts on the body, and only the identity was signed: call fetchStripeSignature(payload) and send ' +
          'JSON.stringify({ ...payload, user_id, account_id }) unchanged.',
      );
    }
    request.signedRequest = signed;
    return true;
  }
}
