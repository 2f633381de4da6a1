import type { ClientBase } from 'pg';

/**
 * For every pool. The server may end a connection just when the pool hands it over: the pool does not listen any more,
 * whoever takes it not yet, and an `error` that nobody listens for ends the process. Whoever uses the connection is told
 * by its next statement.
 */
export const onConnect = (client: ClientBase): void => {
  client.on('error', () => undefined);
};
