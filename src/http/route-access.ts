import { SetMetadata } from '@nestjs/common';

const ROUTE_ACCESS = 'turnpike:route-access';

/** States what guards a route; used by the decorators that also install the guard. */
export const RouteAccess = (guard: string) => SetMetadata(ROUTE_ACCESS, guard);

/** Declares a route that anybody may call, and why that is right. */
export const OpenRoute = (why: string) => RouteAccess(`open: ${why}`);

/** What a controller's method, or else its class, declares. */
export const routeAccess = (method: object, controller: object): string | undefined =>
  (Reflect.getMetadata(ROUTE_ACCESS, method) ?? Reflect.getMetadata(ROUTE_ACCESS, controller)) as
    string | undefined;
