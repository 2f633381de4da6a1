import type { Endpoint } from './signing-secrets.js';

/** Where `@SignedBy` keeps what it was told. */
export const SIGNED_BY = 'turnpike:signed-by';

export interface SignedByMetadata {
  endpoints: readonly Endpoint[];
  /** `event`: the body must be an event. `bytes`: the route itself decides what to make of it. */
  read: 'event' | 'bytes';
}
