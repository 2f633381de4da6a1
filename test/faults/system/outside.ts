import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One request to the outside. */
export interface OutsideCall {
  eventId: string;
  handler: string;
  key: string;
  at: number;
  /** Whether something happened, or the answer was that of an earlier call with the same key. */
  executed: boolean;
}

/** Somebody whom handlers call, and who executes each idempotency key once, as Stripe does. */
export class Outside {
  readonly calls: OutsideCall[] = [];
  private readonly known = new Set<string>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Outside> {
    const server = createServer();
    const outside = new Outside(server);
    server.on('request', (request, response) => {
      const key = String(request.headers['idempotency-key']);
      text(request).then(
        (body) => {
          outside.take(key, JSON.parse(body) as Pick<OutsideCall, 'eventId' | 'handler'>);
          response.end('{}');
        },
        () => response.destroy(),
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return outside;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await once(this.server.close(), 'close');
  }

  private take(key: string, what: Pick<OutsideCall, 'eventId' | 'handler'>): void {
    this.calls.push({ ...what, key, at: Date.now(), executed: !this.known.has(key) });
    this.known.add(key);
  }
}
