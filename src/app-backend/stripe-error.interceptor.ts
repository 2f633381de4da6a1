import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { catchError, type Observable, throwError } from 'rxjs';
import Stripe from 'stripe';
import { Problem } from '../http/problem.js';

/** Tells the UI what Stripe said, in the terms of our own answers. */
@Injectable()
export class StripeErrorInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(catchError((error: unknown) => throwError(() => asProblem(error))));
  }
}

/** Stripe's message for people may quote a part of the key. */
const withoutKeys = (message: string): string => message.replaceAll(/\b[sr]k_\w*[\w*]+/g, 'the API key');

function asProblem(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error;
  const message = withoutKeys(error.message);
  if (error instanceof Stripe.errors.StripePermissionError) {
    return new Problem(403, 'stripe_permission_denied', message, { cause: error });
  }
  if (error instanceof Stripe.errors.StripeRateLimitError) {
    const headers = { 'Retry-After': String(error.headers?.['retry-after'] ?? 1) };
    return new Problem(429, 'stripe_rate_limited', message, { cause: error, headers });
  }
  if (timedOut(error)) {
    return new Problem(504, 'stripe_timeout', 'Stripe did not answer in time: try again.', { cause: error });
  }
  return new Problem(502, 'stripe_failed', message, {
    cause: error,
    extra: { stripe: { type: error.rawType, code: error.code, param: error.param } },
  });
}

const timedOut = (error: Stripe.errors.StripeError): boolean =>
  error instanceof Stripe.errors.StripeConnectionError &&
  ((error.detail ?? {}) as { code?: string }).code === 'ETIMEDOUT';
