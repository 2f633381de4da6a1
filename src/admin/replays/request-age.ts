import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';

const arrivals = new WeakMap<object, number>();

/** Notes when a request came in, before it waits for anything. */
export function noteArrival(request: Request, _response: Response, next: NextFunction): void {
  arrivals.set(request, performance.now());
  next();
}

/** Tells how long ago the request came in, in milliseconds: `() => number`. */
export const RequestAge = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  const arrived = arrivals.get(context.switchToHttp().getRequest<Request>()) ?? performance.now();
  return () => performance.now() - arrived;
});
