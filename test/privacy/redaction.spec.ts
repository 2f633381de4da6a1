import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { createEvent } from '../../src/event-factories/create-event.js';
import { stripeId } from '../../src/event-factories/stripe-id.js';
import {
  type EventOf,
  type HandlerContext,
  OnStripeEvent,
  PermanentFailure,
} from '../../src/event-handlers/index.js';
import * as features from '../../src/features/features.js';
import { Outbox } from '../../src/mail/outbox.js';
import { ADMIN_KEY, adminTest } from '../harness/admin-test.js';
import { CONNECT_SECRET } from '../harness/app.js';

/** In every listed field of everything that is delivered here. */
const PERSON = 'Wilhelmina Birdsong';
const EMAIL = 'wilhelmina.birdsong@example.com';
const LAST4 = '9371';

/** Repeats what it was given, as a careless handler would. */
@Injectable()
class Careless {
  constructor(private readonly outbox: Outbox) {}

  @OnStripeEvent('account.updated', { id: 'test.mails' })
  async mail({ id }: EventOf<'account.updated'>, ctx: HandlerContext): Promise<void> {
    const words = { subject: 'A message', text: PERSON, html: PERSON };
    await this.outbox.put(ctx.tx, { key: id, kind: 'test', account, to: { address: EMAIL }, ...words });
  }

  @OnStripeEvent('charge.succeeded', { id: 'test.careless' })
  async fail({ data: { object } }: EventOf<'charge.succeeded'>): Promise<void> {
    throw new PermanentFailure(`no mailbox ${object.receipt_email} for ${object.billing_details.name}`);
  }
}

@Module({ providers: [Careless] })
class CarelessModule {}

const contract = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, unknown>>;
};
const account = stripeId('acct');
const customer = stripeId('cus');
const details = { name: PERSON, email: EMAIL };
const charge = (email: string) =>
  createEvent('charge.succeeded', {
    object: {
      ...{ id: 'ch_1Redacted1', customer, receipt_email: email },
      billing_details: { ...details, email },
      payment_method_details: { card: { last4: LAST4 } },
    },
  });
const first = charge(`before.${EMAIL}`);
const second = { ...charge(EMAIL), created: first.created + 1 };

describe('what the admin routes answer', () => {
  const test = adminTest([CarelessModule, ...Object.values(features)], {
    PLATFORM_ALERT_EMAIL: EMAIL,
  });
  let reader: string;
  let replay: string;

  beforeAll(async () => {
    reader = await test.keyWith({ scope: 'replay' });
    await test.deliver({ event: first });
    await test.deliver({ event: second });
    await test.deliver({ event: createEvent('customer.created', { object: { id: customer, ...details } }) });
    const connected = [
      createEvent('account.updated', { account, object: { email: EMAIL } }),
      createEvent('payout.failed', { account }),
      createEvent('account.external_account.updated', { account, object: { last4: LAST4 } }),
    ];
    for (const event of connected) {
      await test.deliver({ event, path: '/connect-webhook', secret: CONNECT_SECRET });
    }
    await test.watch.until(
      `SELECT FROM handler_run WHERE status IN ('pending', 'running', 'retrying')`,
      [],
      (rows) => rows.length === 0,
    );
    const body = { filter: { id: customer }, handlers: ['test.careless'] };
    replay = (await test.call<{ id: string }>('POST', 'replays', { body })).body.id;
    await test.watch.until(
      `SELECT status FROM handler_run WHERE generation = 2`,
      [],
      (rows: { status: string }[]) => rows.length === 2 && rows.every(({ status }) => status === 'dead'),
    );
  });

  /** Every route that reads, as the contract has it, for whatever is stored here. */
  const reads = Object.entries(contract.paths)
    .filter(([path, methods]) => 'get' in methods && path !== '/admin/openapi.json')
    .map(([path]) => path);
  const ids = (path: string): string[] => {
    if (!path.includes('{')) return [path];
    if (path.includes('/replays/')) return [path.replace(/\{\w+\}/, replay)];
    return [first.id, second.id, customer, account, 'ch_1Redacted1', '1', '2'].map((id) =>
      path.replaceAll(/\{\w+\}/g, id),
    );
  };
  const texts = async (key: string) => {
    const answers: [path: string, text: string][] = [];
    for (const path of reads.flatMap(ids)) {
      const response = await fetch(test.app.url + path, { headers: { Authorization: `Bearer ${key}` } });
      answers.push([path, await response.text()]);
    }
    return answers;
  };
  const naming = (answers: [string, string][]) =>
    answers
      .filter(([, text]) => [PERSON, EMAIL, LAST4].some((word) => text.includes(word)))
      .map(([path]) => path);

  it('names nobody to a key without the scope admin, on any route', async () => {
    expect(naming(await texts(reader))).toEqual([]);
  });

  it('is complete for the scope admin: the same questions do have such answers', async () => {
    expect(naming(await texts(ADMIN_KEY))).toEqual(
      expect.arrayContaining([
        `/admin/events/${first.id}/payload`,
        `/admin/objects/${customer}/timeline`,
        '/admin/mail',
      ]),
    );
  });

  it('says of what changed where it is, and not what it is', async () => {
    const { body } = await test.call<{ data: { changes: object[] | null }[] }>(
      'GET',
      'objects/ch_1Redacted1/timeline',
      { key: reader },
    );
    expect(body.data.at(-1)?.changes).toContainEqual({
      path: 'receipt_email',
      from: '[redacted]',
      to: '[redacted]',
    });
  });

  it('repeats no such field in the error of a handler that quoted it, for nobody', async () => {
    const { body } = await test.call<{ runs: { lastError: string }[] }>('GET', `events/${first.id}`);
    expect(body.runs.at(-1)?.lastError).toBe('no mailbox [redacted] for [redacted]');
    const kept = await test.watch.query(`SELECT FROM handler_attempt WHERE error LIKE '%irdsong%'`);
    expect(kept).toEqual([]);
  });
});
