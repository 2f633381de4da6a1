import { describe, expect, it } from '@jest/globals';
import StripeSdk from 'stripe';
import { createEvent, factoryTypes } from './create-event.js';
import { createThinEvent, thinFactoryTypes } from './create-thin-event.js';
import { signedRequest } from './signed-request.js';

const secret = 'whsec_factories';
const stripe = new StripeSdk('sk_test_factories');
const idPattern = /^[a-z]+(_test|_live)?_[A-Za-z0-9]{14,58}$/;

/** Every string in a value, with the path to it. */
function strings(value: unknown, path = ''): [path: string, text: string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => strings(inner, `${path}/${key}`));
}

/** Every id in an event. */
const ids = (event: object) => strings(event).filter(([, text]) => idPattern.test(text));

describe.each(factoryTypes)('createEvent(%s)', (type) => {
  it("is accepted by the SDK's own signature check and comes back unchanged", () => {
    const event = createEvent(type);
    const { body, headers } = signedRequest({ event, secret });
    const received = stripe.webhooks.constructEvent(body, headers['Stripe-Signature'] ?? '', secret, 300);
    expect(received).toEqual(event);
    expect(received.type).toBe(type);
  });

  it('is as fresh and as complete as an event from Stripe', () => {
    const event = createEvent(type);
    expect(event).toMatchObject({ object: 'event', api_version: StripeSdk.API_VERSION, livemode: false });
    expect(event.id).toMatch(/^evt_1[A-Za-z0-9]{23}$/);
    expect(Math.abs(event.created - Date.now() / 1_000)).toBeLessThan(5);
    expect(event).not.toHaveProperty('account');
    const named = strings(event.data.object).filter(([path]) => path.endsWith('/id'));
    for (const [, id] of named) expect(id).toMatch(id === 'card_payments' ? /./ : idPattern);
  });

  it('never repeats an id', () => {
    const [first, second] = [createEvent(type), createEvent(type)];
    expect(first.id).not.toBe(second.id);
    const shared = ids(first).filter(([path, text]) =>
      ids(second).some(([otherPath, other]) => otherPath === path && other === text),
    );
    expect(shared).toEqual([]);
  });

  it('follows the chosen account and mode', () => {
    const event = createEvent(type, { account: 'acct_chosen', livemode: true });
    expect(event).toMatchObject({ account: 'acct_chosen', livemode: true });
    const modes = JSON.stringify(event).match(/"livemode":\w+/g) ?? [];
    expect(new Set(modes)).toEqual(new Set(['"livemode":true']));
  });
});

describe('createEvent', () => {
  it('covers the events a Connect platform is advised to handle', () => {
    const advised = [
      'account.application.authorized',
      'account.application.deauthorized',
      'account.external_account.updated',
      'account.updated',
      'balance.available',
      'payment_intent.succeeded',
      'payment_method.attached',
      'payout.created',
      'payout.failed',
      'person.updated',
    ];
    expect(factoryTypes).toEqual(expect.arrayContaining(advised));
  });

  it('applies overrides at any depth and leaves the rest alone', () => {
    const event = createEvent('payment_intent.succeeded', {
      id: 'evt_chosen',
      created: 1_700_000_000,
      object: {
        amount: 500,
        shipping: { address: { city: 'Salem' } },
        payment_method_types: ['card', 'link'],
      },
    });
    expect(event).toMatchObject({ id: 'evt_chosen', created: 1_700_000_000 });
    expect(event.data.object).toMatchObject({ amount: 500, currency: 'usd', created: 1_700_000_000 });
    expect(event.data.object.payment_method_types).toEqual(['card', 'link']);
    expect(event.data.object.shipping?.address).toMatchObject({ city: 'Salem', state: 'OR' });
  });

  it('can set a property to null and replace the previous attributes', () => {
    const event = createEvent('customer.subscription.updated', {
      object: { cancellation_details: null },
      previousAttributes: { status: 'past_due' },
    });
    expect(event.data.object.cancellation_details).toBeNull();
    expect(event.data.previous_attributes).toEqual({ status: 'past_due' });
  });

  it('names the connected account inside the objects that belong to it', () => {
    const account = 'acct_chosen';
    expect(createEvent('account.updated', { account }).data.object.id).toBe(account);
    expect(createEvent('person.updated', { account }).data.object.account).toBe(account);
    expect(createEvent('capability.updated', { account }).data.object.account).toBe(account);
    expect(createEvent('account.external_account.updated', { account }).data.object.account).toBe(account);
  });

  it('asks for the amount of an authorization where Stripe does: in pending_request', () => {
    const { object } = createEvent('issuing_authorization.request').data;
    expect(object).toMatchObject({ amount: 0, approved: false, status: 'pending' });
    expect(object.pending_request?.amount).toBeGreaterThan(0);
  });

  it('refuses wrong types at compile time', () => {
    // @ts-expect-error: a misspelt event type
    expect(() => createEvent('payment_intent.suceeded')).toThrow('not a function');
    // @ts-expect-error: an amount is a number
    createEvent('payment_intent.succeeded', { object: { amount: '500' } });
    // @ts-expect-error: a payout has no shipping
    createEvent('payout.paid', { object: { shipping: null } });
    const amount: number = createEvent('payout.paid').data.object.amount;
    expect(amount).toBeGreaterThan(0);
  });
});

describe.each(thinFactoryTypes)('createThinEvent(%s)', (type) => {
  it('is accepted by the SDK as a notification and refused as a snapshot event', () => {
    const { body, headers } = signedRequest({ event: createThinEvent(type), secret });
    const header = headers['Stripe-Signature'] ?? '';
    expect(stripe.parseEventNotification(body, header, secret, 300).type).toBe(type);
    expect(() => stripe.webhooks.constructEvent(body, header, secret, 300)).toThrow('thin event');
  });

  it('is fresh, and carries the account as its context only when asked', () => {
    expect(createThinEvent(type).id).not.toBe(createThinEvent(type).id);
    expect(createThinEvent(type)).not.toHaveProperty('context');
    expect(createThinEvent(type, { account: 'acct_chosen' }).context).toBe('acct_chosen');
  });
});

describe('signedRequest', () => {
  it("signs exactly as the SDK's test helper does", () => {
    const event = createEvent('invoice.paid');
    const payload = JSON.stringify(event, null, 2);
    const { body, headers } = signedRequest({ event, secret, timestamp: 1_700_000_000 });
    expect(body.toString()).toBe(payload);
    expect(headers['Stripe-Signature']).toBe(
      stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: 1_700_000_000 }),
    );
  });

  it('sends the headers Stripe sends and no others', () => {
    const { headers } = signedRequest({ body: '{}', secret, timestamp: 1 });
    expect(headers).toEqual({
      'Content-Type': 'application/json; charset=utf-8',
      'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      Accept: '*/*; q=0.5, application/xml',
      'Cache-Control': 'no-cache',
      'Stripe-Signature': expect.stringMatching(/^t=1,v1=[0-9a-f]{64}$/),
    });
  });

  it('signs the given bytes, whatever they are', () => {
    const bytes = Buffer.from([0x7b, 0xff, 0x00, 0x7d]);
    const { body, headers } = signedRequest({ body: bytes, secret: 'whsec_a', timestamp: 1 });
    expect(body.equals(bytes)).toBe(true);
    expect(headers['Stripe-Signature']).toMatch(/^t=1,v1=[0-9a-f]{64}$/);
  });

  it('signs with every secret while one is being rolled', () => {
    const { body, headers } = signedRequest({ body: '{}', secret: ['whsec_new', 'whsec_old'] });
    const header = headers['Stripe-Signature'] ?? '';
    for (const key of ['whsec_new', 'whsec_old']) {
      expect(stripe.webhooks.signature?.verifyHeader(body, header, key, 300)).toBe(true);
    }
  });
});
