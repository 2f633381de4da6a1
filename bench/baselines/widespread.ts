import type { AddressInfo } from 'node:net';
import Queue from 'bull';
import express from 'express';
import Stripe from 'stripe';
import { ready, settings } from './serve.js';

/** B: the widespread pattern. It verifies, puts the whole event into Redis and answers. */
const { secret, redisUrl } = settings();
const stripe = new Stripe('sk_test_baseline');
const queue = new Queue<Stripe.Event>('webhooks', redisUrl, { prefix: '{baseline-b}' });
const app = express();

app.post('/webhook', express.raw({ type: 'application/json', limit: '1mb' }), async (request, response) => {
  let event: Stripe.Event;
  try {
    event = stripe.webhooks.constructEvent(
      request.body as Buffer,
      request.header('stripe-signature') ?? '',
      secret,
    );
  } catch (error) {
    response.status(400).send(`Webhook Error: ${(error as Error).message}`);
    return;
  }
  await queue.add(event, { jobId: event.id, attempts: 5, removeOnComplete: true });
  response.json({ received: true });
});

const server = app.listen(0, '127.0.0.1', () => ready((server.address() as AddressInfo).port));
