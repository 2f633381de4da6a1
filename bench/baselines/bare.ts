import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import { ready, settings } from './serve.js';

/** H: bare node:http. It verifies and answers: about the least that a webhook can cost in Node. */
const { secret } = settings();
const stripe = new Stripe('sk_test_baseline');

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    try {
      stripe.webhooks.constructEvent(
        Buffer.concat(chunks),
        request.headers['stripe-signature'] ?? '',
        secret,
      );
      answer(200, { received: true });
    } catch {
      answer(400, { received: false });
    }
  });
});
server.listen(0, '127.0.0.1', () => ready((server.address() as AddressInfo).port));
