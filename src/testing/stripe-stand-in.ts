import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request that was meant for Stripe. */
export interface StripeCall {
  method: string;
  /** With its query. */
  path: string;
  /** `Stripe-Account`. */
  account: string | undefined;
  idempotencyKey: string | undefined;
  /** `Stripe-Version`. */
  version: string | undefined;
  body: string;
}

interface Reply {
  status: number;
  body: object;
  headers?: Record<string, string>;
}

/** What Stripe's API would answer, over real HTTP. `'hang'` never answers. */
type Behaviour = (call: StripeCall) => Reply | 'hang';

/**
 * A local stand-in for Stripe's API, for `STRIPE_API_BASE`.
 *
 * @example
 * turnpike.stripe.behaviour = ({ path }) => ({ status: 200, body: { id: path.split('/').at(-1), object: 'charge' } });
 */
export class StripeStandIn {
  /** What was asked, in order. */
  readonly calls: StripeCall[] = [];
  /** What it answers to each call. */
  behaviour: Behaviour = () => ({ status: 200, body: {} });

  private constructor(private readonly server: Server) {}

  static async start(): Promise<StripeStandIn> {
    const server = createServer();
    const standIn = new StripeStandIn(server);
    server.on('request', (request, response) => {
      void standIn.record(request).then((call) => {
        const reply = standIn.behaviour(call);
        if (reply === 'hang') return;
        response.writeHead(reply.status, { 'Content-Type': 'application/json', ...reply.headers });
        response.end(JSON.stringify(reply.body));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return standIn;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async record(request: IncomingMessage): Promise<StripeCall> {
    const { method = '', url: path = '', headers } = request;
    const header = (name: string) => headers[name] as string | undefined;
    const call = {
      method,
      path,
      account: header('stripe-account'),
      idempotencyKey: header('idempotency-key'),
      version: header('stripe-version'),
      body: await text(request),
    };
    this.calls.push(call);
    return call;
  }
}
