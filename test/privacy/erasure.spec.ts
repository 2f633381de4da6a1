import { beforeAll, describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { createEvent } from '../../src/event-factories/create-event.js';
import { stripeId } from '../../src/event-factories/stripe-id.js';
import {
  type Erasure,
  type EventOf,
  type HandlerContext,
  OnErasure,
  OnStripeEvent,
  RetryAfter,
} from '../../src/event-handlers/index.js';
import { adminTest } from '../harness/admin-test.js';
import { CONNECT_SECRET } from '../harness/app.js';
import { tablesWith } from '../harness/database-text.js';
import { Gate } from '../harness/scripted-handlers.js';

/** What everything about the person has in it, and nothing else. */
const PERSON = 'Wilhelmina Birdsong';

const working = new Gate();
const fenced = new Gate();
const calls: Erasure[] = [];

/** Keeps something of every payment, fails on invoices and quotes them, and works on one charge for as long as the test likes. */
@Injectable()
class Keeper {
  @OnStripeEvent('payment_intent.succeeded', { id: 'test.keep' })
  async keep(event: EventOf<'payment_intent.succeeded'>, ctx: HandlerContext): Promise<void> {
    await ctx.tx.query(`INSERT INTO kept (object, who) VALUES ($1, $2)`, [
      event.data.object.id,
      event.data.object.description,
    ]);
  }

  @OnStripeEvent('invoice.paid', { id: 'test.fail' })
  async fail(event: EventOf<'invoice.paid'>): Promise<void> {
    // Not again while it is being erased: then it would end by itself.
    throw new RetryAfter(3_600_000, `cannot send: ${event.data.object.description}`);
  }

  @OnStripeEvent('charge.refunded', { id: 'test.slow' })
  async slow(event: EventOf<'charge.refunded'>, ctx: HandlerContext): Promise<void> {
    await ctx.tx.query(`INSERT INTO kept (object, who) VALUES ($1, $2)`, [
      event.data.object.id,
      event.data.object.description,
    ]);
    working.open();
    await fenced.opened;
  }

  @OnErasure()
  async erase(erasure: Erasure, tx: EntityManager): Promise<void> {
    calls.push(erasure);
    const objects = erasure.events.map(({ objectId }) => objectId);
    await tx.query(`UPDATE kept SET who = NULL WHERE object = ANY ($1)`, [objects]);
  }
}

@Module({ providers: [Keeper] })
class KeeperModule {}

interface Answered {
  id: string;
  status: string;
  events: { matched: number; erased: number };
  runsEnded: number;
}

const customer = stripeId('cus');
const another = stripeId('cus');
const charge = stripeId('ch');
const intent = stripeId('pi');
const description = PERSON;
const note = { metadata: { note: PERSON } };
const person = { ...note, customer };

const detached = <E extends object>(event: E) => ({ ...event, type: 'payment_method.detached' });
const ofAnother = <E extends { data: { object: object } }>(event: E) => ({
  ...event,
  data: { object: { ...event.data.object, customer: another } },
});

/** One event of each kind that has something of the person in it. */
const theirs = [
  createEvent('customer.created', { object: { ...note, id: customer, name: PERSON } }),
  createEvent('payment_intent.succeeded', { object: { ...person, id: intent, description } }),
  createEvent('charge.succeeded', { object: { ...person, id: charge, payment_intent: intent, description } }),
  createEvent('charge.refunded', { object: { ...person, id: charge, description } }),
  createEvent('checkout.session.completed', { object: { ...person, customer_details: { name: PERSON } } }),
  createEvent('invoice.paid', { object: { ...person, customer_name: PERSON, description } }),
  createEvent('customer.subscription.updated', { object: { ...person, description } }),
  createEvent('payment_method.attached', { object: { ...person, billing_details: { name: PERSON } } }),
  detached(
    createEvent('payment_method.attached', {
      object: { ...note, customer: null },
      previousAttributes: { customer },
    }),
  ),
  // These name the charge, and nobody.
  createEvent('charge.dispute.created', { object: { charge, evidence: { customer_name: PERSON } } }),
];

const others = [
  createEvent('payment_intent.succeeded', { object: { customer: another, description: 'Somebody else' } }),
  createEvent('invoice.paid', { object: { customer: another, customer_name: 'Somebody else' } }),
  // A dispute about the same charge in which another customer is named is left alone.
  ofAnother(createEvent('charge.dispute.created', { object: { charge } })),
];

describe('the erasure of a customer', () => {
  const test = adminTest([KeeperModule], { LOG_LEVEL: 'silent' });
  let dryRun: Record<string, unknown>;
  let started: Answered;
  let ended: Answered;

  const erase = (body: object) => test.call<Answered>('POST', 'erasures', { body });
  const until = async (id: string) => {
    await test.watch.until('SELECT status FROM erasure WHERE id = $1', [id], (rows: { status: string }[]) =>
      rows.some(({ status }) => status === 'completed'),
    );
    return (await test.call<Answered>('GET', `erasures/${id}`)).body;
  };

  beforeAll(async () => {
    await test.watch.query('CREATE TABLE kept (object text, who text)');
    await test.watch.alsoWatch('erasure');
    for (const event of [...theirs, ...others]) await test.deliver({ event });
    await test.watch.query(
      `INSERT INTO outgoing_mail (key, kind, message_id, recipient, recipient_name, subject, text_body, html_body, status, due_at)
       VALUES ($1, 'receipt', '<1@test>', 'w@example.com', $2, $2, $2, $2, 'sent', 'infinity'),
              ($3, 'welcome', '<2@test>', 'w@example.com', $2, $2, $2, $2, 'waiting', 'infinity'),
              ($4, 'receipt', '<3@test>', 'o@example.com', 'O', 'O', 'O', 'O', 'waiting', 'infinity')`,
      [`receipt/${intent}`, PERSON, `welcome/${customer}`, `receipt/${others[0]?.data.object.id}`],
    );
    await working.opened;
    await test.watch.until(
      `SELECT status FROM handler_run WHERE handler_id IN ('test.fail', 'test.keep')`,
      [],
      (rows: { status: string }[]) =>
        rows.length === 4 && rows.every(({ status }) => ['retrying', 'succeeded'].includes(status)),
    );
    ({ body: dryRun } = await test.call('POST', 'erasures', {
      body: { customer, reason: 'request 4711', dryRun: true },
    }));
    ({ body: started } = await erase({ customer, reason: 'request 4711' }));
    ended = await until(started.id);
    fenced.open();
  });

  it('is told beforehand how many events it concerns', () => {
    expect(dryRun).toEqual({ dryRun: true, events: theirs.length });
    expect(started).toMatchObject({ status: 'running', events: { matched: theirs.length, erased: 0 } });
  });

  it('overwrites each event of theirs once, and ends the runs that were open', () => {
    expect(ended).toMatchObject({
      status: 'completed',
      events: { matched: theirs.length, erased: theirs.length },
      runsEnded: 2,
    });
  });

  it('leaves nothing of the person anywhere in the database', async () => {
    expect(await tablesWith(test.watch, PERSON)).toEqual([]);
    expect(await tablesWith(test.watch, 'w@example.com')).toEqual([]);
  });

  it('leaves everybody else alone', async () => {
    const rows = await test.watch.query<{ payload: string }>(
      `SELECT payload FROM stripe_event WHERE erased_at IS NULL ORDER BY id`,
    );
    const bodies = others.map((event) => JSON.stringify(event, null, 2)).toSorted();
    expect(rows.map(({ payload }) => payload).toSorted()).toEqual(bodies);
    expect(await test.watch.query(`SELECT status FROM outgoing_mail ORDER BY id`)).toEqual([
      { status: 'sent' },
      { status: 'erased' },
      { status: 'waiting' },
    ]);
  });

  it('keeps the skeleton of an event, which says that it was erased', async () => {
    const [, event] = theirs;
    const shown = await test.call<object>('GET', `events/${event?.id}`);
    expect(shown.body).toMatchObject({
      id: event?.id,
      objectId: intent,
      relatedIds: expect.arrayContaining([customer]),
      erasedAt: expect.any(String),
    });
    const payload = await test.call<object>('GET', `events/${event?.id}/payload`);
    expect(payload.body).toEqual({
      id: event?.id,
      object: 'event',
      api_version: event?.api_version,
      created: event?.created,
      livemode: false,
      type: 'payment_intent.succeeded',
      data: { object: { id: intent, object: 'payment_intent' } },
    });
  });

  it('ends an attempt that is being made: nothing of it stays', async () => {
    const runs = await test.watch.query(
      `SELECT status, last_error FROM handler_run WHERE handler_id = 'test.slow'`,
    );
    expect(runs).toEqual([{ status: 'skipped', last_error: 'erased' }]);
    expect(await test.watch.query('SELECT who FROM kept WHERE object = $1', [charge])).toEqual([]);
  });

  it('is not undone by a second delivery of the same event', async () => {
    for (const event of theirs) await test.deliver({ event });
    expect(await tablesWith(test.watch, PERSON)).toEqual([]);
  });

  it('lets no replay hand such an event to a handler', async () => {
    const one = await test.call('POST', `events/${theirs[1]?.id}/replay`, {
      body: { includeSucceeded: true },
    });
    expect(one).toMatchObject({ status: 409, body: { code: 'event_erased' } });
    const count = () =>
      test.watch.query(`SELECT count(*) FROM handler_run WHERE event_id = $1`, [theirs[1]?.id]);
    const before = await count();
    const body = { filter: { id: customer }, includeSucceeded: true, backfill: true, ratePerSecond: 1_000 };
    const { body: many } = await test.call<{ id: string }>('POST', 'replays', { body });
    await test.watch.until(
      'SELECT status FROM replay WHERE id = $1',
      [many.id],
      (rows: { status: string }[]) => rows.some(({ status }) => status === 'completed'),
    );
    expect(await count()).toEqual(before);
  });

  it('skips a run that was made while the event was being erased', async () => {
    await test.watch.query(
      `INSERT INTO handler_run (event_id, event_created, handler_id, generation, status, sweep_at)
       SELECT id, created, 'test.keep', 9, 'pending', now() FROM stripe_event WHERE id = $1`,
      [theirs[1]?.id],
    );
    const rows = await test.watch.until(
      `SELECT status, last_error FROM handler_run WHERE generation = 9`,
      [],
      (found: { status: string }[]) => found.some(({ status }) => status === 'skipped'),
    );
    expect(rows).toEqual([{ status: 'skipped', last_error: 'erased' }]);
  });

  it('tells the modules of each event, and at last of the person', () => {
    const told = calls.flatMap(({ events }) => events.map(({ id }) => id));
    expect(new Set(told)).toEqual(new Set(theirs.map(({ id }) => id)));
    expect(calls.at(-1)).toEqual({ customer, events: [] });
  });

  it('stays in the audit log: who, why, whose and how much', async () => {
    const { body } = await test.call<{ data: object[] }>('GET', `audit?target=${customer}`);
    expect(body.data).toMatchObject([
      {
        action: 'erasure.complete',
        reason: 'request 4711',
        details: { customer, events: theirs.length, runs: 2 },
      },
      { action: 'erasure.create', reason: 'request 4711', details: { customer, events: theirs.length } },
    ]);
  });

  it('has nothing left to do when it is asked for again', async () => {
    const again = await erase({ customer, reason: 'request 4712' });
    expect(await until(again.body.id)).toMatchObject({ events: { matched: 0, erased: 0 }, runsEnded: 0 });
  });

  it.each([
    ['a key with the scope replay', { customer, reason: 'x' }, 'replay', 403],
    ['no reason', { customer }, 'admin', 400],
    ['nobody', { reason: 'x' }, 'admin', 400],
    ['two at once', { customer, event: 'evt_1', reason: 'x' }, 'admin', 400],
    ['an id of another kind', { customer: 'acct_1', reason: 'x' }, 'admin', 400],
    ['an event that is not there', { event: 'evt_none', reason: 'x' }, 'admin', 404],
  ] as const)('is refused for %s', async (_title, body, scope, status) => {
    const key = await test.keyWith({ scope });
    expect((await test.call('POST', 'erasures', { key, body })).status).toBe(status);
  });

  it('can be of one event, or of all of a connected account', async () => {
    const account = stripeId('acct');
    const event = createEvent('payment_intent.succeeded', { object: note });
    const connected = [
      createEvent('account.updated', { account, object: { email: `${PERSON}@example.com` } }),
      createEvent('payment_intent.succeeded', { account, object: { description } }),
    ];
    await test.deliver({ event });
    for (const one of connected) {
      await test.deliver({ event: one, path: '/connect-webhook', secret: CONNECT_SECRET });
    }
    await test.watch.untilFinished([event.id]);
    const ofEvent = await erase({ event: event.id, reason: 'x' });
    expect(await until(ofEvent.body.id)).toMatchObject({ events: { matched: 1, erased: 1 } });
    const ofAccount = await erase({ account, reason: 'x' });
    expect(await until(ofAccount.body.id)).toMatchObject({ events: { matched: 2, erased: 2 } });
    expect(await tablesWith(test.watch, PERSON)).toEqual([]);
  });
});

describe('the store', () => {
  const test = adminTest([]);

  it.each([
    ['without an erasure', `UPDATE stripe_event SET payload = '', erased_at = now()`, ''],
    ['for an erasure that is over', `UPDATE stripe_event SET payload = '', erased_at = now()`, '1'],
    ['that is not marked', `UPDATE stripe_event SET payload = ''`, '2'],
    ['of what an event is', `UPDATE stripe_event SET payload = '', erased_at = now(), type = 'x.y'`, '2'],
    ['that removes it', `DELETE FROM stripe_event`, '2'],
  ])('refuses a change %s', async (_title, change, erasure) => {
    const event = createEvent('charge.succeeded');
    await test.deliver({ event });
    await test.watch.query(
      `INSERT INTO erasure (id, status, reason, key_id, requested_by) OVERRIDING SYSTEM VALUE
       SELECT 1, 'completed', 'x', min(id), 'x' FROM admin_key UNION ALL SELECT 2, 'running', 'x', min(id), 'x' FROM admin_key
       ON CONFLICT DO NOTHING`,
    );
    await test.watch.query('SELECT set_config($1, $2, false)', ['turnpike.erasure', erasure]);
    await expect(test.watch.query(change)).rejects.toThrow('append-only');
    const rows = await test.watch.query('SELECT payload FROM stripe_event WHERE id = $1', [event.id]);
    expect(rows).toEqual([{ payload: JSON.stringify(event, null, 2) }]);
  });
});
