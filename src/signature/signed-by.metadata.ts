/** Where `@SignedBy` keeps the endpoints of a route. */
export const SIGNED_BY = 'turnpike:signed-by';
