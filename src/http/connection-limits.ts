import type { Server } from 'node:http';
import type { Logger } from '../logging/logger.js';

/** A client that sends its headers or its whole request slower than this is cut off, in milliseconds. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;

/** Longer than the 60 s of common load balancers, or they would send requests into connections that are being closed. */
const IDLE_TIMEOUT_MS = 75_000;

/** How often Node looks for such clients, in milliseconds. Its own 30 seconds would make 40 of the 10. */
const LOOK_EVERY_MS = 2_000;

/** More are closed at once: each costs memory and a file descriptor, which Postgres and Redis need as well. */
const MOST_CONNECTIONS = 10_000;

const WARN_AGAIN_MS = 60_000;

/** What one client, or many, can take of this process. To be called before the server listens. */
export function limitConnections(server: Server & { connectionsCheckingInterval?: number }, logger: Logger) {
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = IDLE_TIMEOUT_MS;
  // An option of `createServer`, which Nest calls; Node reads it when the server listens.
  server.connectionsCheckingInterval = LOOK_EVERY_MS;
  server.maxConnections = MOST_CONNECTIONS;
  let warnedAt = Number.NEGATIVE_INFINITY;
  server.on('drop', () => {
    if (performance.now() - warnedAt < WARN_AGAIN_MS) return;
    warnedAt = performance.now();
    logger.warn({ connections: server.maxConnections }, 'too many connections: new ones are closed at once');
  });
}
