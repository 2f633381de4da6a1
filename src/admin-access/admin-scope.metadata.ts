/** Where `@AdminRoute` keeps the scope of a route. */
export const ADMIN_SCOPE = 'turnpike:admin-scope';
