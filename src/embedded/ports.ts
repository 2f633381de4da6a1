import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Whether a server could listen there now; `undefined` as host stands for every address. */
export function isPortFree(port: number, host?: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A free port on loopback below those that systems hand out to outgoing connections, so it stays free. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 30_000);
    if (await isPortFree(port, '127.0.0.1')) return port;
  }
}
