import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';

const stripe = new Stripe('sk_test_receiver');

/** A delivery that came in. */
export interface Received {
  readonly at: number;
  readonly path: string;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** The name of the secret whose signature it carries; `undefined` when the SDK refuses it. */
  readonly signedFor: string | undefined;
}

/** An HTTP server that checks signatures with Stripe's SDK and answers as a test wants. */
export class Receiver {
  readonly received: Received[] = [];
  /** Decides the status of an answer; may take its time. */
  answer: (delivery: Received) => number | Promise<number> = () => 200;

  private readonly server = createServer((request, response) => void this.take(request, response));

  constructor(private readonly secrets: Record<string, string>) {}

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** The bodies that came in, parsed. */
  get events(): Record<string, unknown>[] {
    return this.received.map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>);
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray());
    const delivery: Received = {
      at: performance.now(),
      path: request.url ?? '',
      rawHeaders: request.rawHeaders,
      body,
      signedFor: this.signer(body, request.headers['stripe-signature']),
    };
    this.received.push(delivery);
    const status = await this.answer(delivery);
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(status === 200 ? '{"received":true}' : '{"code":"refused"}');
  }

  private signer(body: Buffer, header: string | string[] | undefined): string | undefined {
    const matches = ([, secret]: [string, string]) => {
      try {
        return stripe.webhooks.signature?.verifyHeader(body, header ?? '', secret, 300);
      } catch {
        return false;
      }
    };
    return Object.entries(this.secrets).find(matches)?.[0];
  }
}
