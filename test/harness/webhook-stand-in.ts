import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

/** Base64 of 24 bytes, with the prefix of Standard Webhooks. */
export const WEBHOOK_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** A webhook whose signature was good. */
export interface ReceivedWebhook {
  id: string;
  headers: IncomingMessage['headers'];
  /** As it came. */
  text: string;
  body: {
    type: string;
    timestamp: string;
    data: { alerts: Record<string, unknown>[]; more: number; text?: string };
  };
}

/** What the receiver does with a request that it has read. */
export type WebhookBehaviour =
  | 'accept'
  /** Answers 500, with a body that must not matter. */
  | 'fail'
  /** Answers 302 to a place where a GET would be answered 200. */
  | 'redirect'
  /** Answers 410. */
  | 'gone'
  /** Says nothing. */
  | 'hang'
  /** Begins to answer 200 with a body that never ends. */
  | 'endless'
  /** Answers 200 when {@link WebhookStandIn.release} is called. */
  | 'hold';

/** A receiver of Standard Webhooks that a test can make fail. It takes in nothing whose signature is not good. */
export class WebhookStandIn {
  /** Every request, in order, however it was answered. */
  readonly received: ReceivedWebhook[] = [];
  /** Requests that had no good signature, or were not to the path of the webhooks. */
  refused = 0;
  /** For each request, by its number from 1. */
  behaviour: (request: number) => WebhookBehaviour = () => 'accept';
  private readonly events = new EventEmitter();
  private readonly held: (() => void)[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<WebhookStandIn> {
    const server = createServer((request, response) => void standIn.take(request, response));
    const standIn = new WebhookStandIn(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return standIn;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/alerts`;
  }

  /** Waits until this is so; it is asked whenever something came. */
  async until(done: () => boolean): Promise<void> {
    while (!done()) await once(this.events, 'change');
  }

  /** Answers the requests it holds. */
  release(): void {
    for (const answer of this.held.splice(0)) answer();
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined);
    const text = (await buffer(request)).toString();
    const headers = request.headers;
    try {
      if (request.url !== '/alerts') throw new Error('Nobody has configured this path');
      const body = new Webhook(WEBHOOK_SECRET).verify(text, headers as Record<string, string>);
      this.received.push({
        id: String(headers['webhook-id']),
        headers,
        text,
        body: body as ReceivedWebhook['body'],
      });
    } catch {
      this.refused++;
      response.writeHead(400).end();
      return;
    }
    this.answer(response);
    this.events.emit('change');
  }

  private answer(response: ServerResponse): void {
    switch (this.behaviour(this.received.length)) {
      case 'accept':
        response.writeHead(200).end('ignored');
        break;
      case 'fail':
        response.writeHead(500).end('{"secret":"of the receiver"}');
        break;
      case 'redirect':
        response.writeHead(302, { Location: '/elsewhere' }).end();
        break;
      case 'gone':
        response.writeHead(410).end();
        break;
      case 'endless':
        response.writeHead(200).write('and');
        break;
      case 'hold':
        this.held.push(() => response.writeHead(200).end());
        break;
      case 'hang':
    }
  }
}
