import type { SignedPart } from './signed-request.js';

export const APP_ROUTE = 'turnpike:app-route';
export const REQUIRED_ROLES = 'turnpike:required-roles';

export interface AppRouteOptions {
  /** `payload`: the body itself must be signed. `identity`: who is asking is enough. */
  signed: SignedPart;
  /** For routes that change something: the same signature passes once. Default: `false`. */
  once?: boolean;
}
