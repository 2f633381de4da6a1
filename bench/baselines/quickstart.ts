import type { AddressInfo } from 'node:net';
import express from 'express';
import Stripe from 'stripe';
import { ready, settings } from './serve.js';

/** Q: the quickstart. It verifies and answers; nothing is stored. */
const { secret } = settings();
const stripe = new Stripe('sk_test_baseline');
const app = express();

app.post('/webhook', express.raw({ type: 'application/json', limit: '1mb' }), (request, response) => {
  try {
    stripe.webhooks.constructEvent(request.body as Buffer, request.header('stripe-signature') ?? '', secret);
  } catch (error) {
    response.status(400).send(`Webhook Error: ${(error as Error).message}`);
    return;
  }
  response.json({ received: true });
});

const server = app.listen(0, '127.0.0.1', () => ready((server.address() as AddressInfo).port));
