import { describe, expect, it } from '@jest/globals';
import { createEvent, factoryTypes } from '../../src/event-factories/create-event.js';
import { stripeId } from '../../src/event-factories/stripe-id.js';
import * as features from '../../src/features/features.js';
import { adminTest } from '../harness/admin-test.js';
import { CONNECT_SECRET } from '../harness/app.js';

interface Handler {
  id: string;
  types: string[];
  options: { source: string | null };
}

const test = adminTest(Object.values(features));

describe('every event that a feature handles', () => {
  it('can be sent as a realistic one, and no handler fails at it', async () => {
    const { body } = await test.call<{ data: Handler[] }>('GET', 'handlers');
    const handlers = body.data.filter(({ id }) =>
      Object.keys(features).some((name) => id.startsWith(`${name}.`)),
    );
    const types = new Set(handlers.flatMap((handler) => handler.types));
    expect([...types].filter((type) => !factoryTypes.some((known) => known === type))).toEqual([]);
    const sent: string[] = [];
    for (const type of factoryTypes.filter((known) => types.has(known))) {
      const takes = (side: string) =>
        handlers.some(({ types: its, options }) => its.includes(type) && (options.source ?? side) === side);
      // An account of its own for each: of one that has left, the others would be skipped.
      const connect = createEvent(type, { account: stripeId('acct') });
      const direct = createEvent(type);
      if (takes('connect')) {
        await test.deliver({ event: connect, path: '/connect-webhook', secret: CONNECT_SECRET });
        sent.push(connect.id);
      }
      if (takes('direct')) {
        await test.deliver({ event: direct });
        sent.push(direct.id);
      }
    }
    await test.watch.untilFinished(sent);
    const runs = await test.watch.query<{ handler_id: string; type: string; status: string }>(
      `SELECT DISTINCT handler_id, type, handler_run.status
       FROM handler_run JOIN stripe_event ON stripe_event.id = handler_run.event_id`,
    );
    const expected = handlers.flatMap(({ id, types: its }) =>
      its.map((type) => ({ handler_id: id, type, status: 'succeeded' })),
    );
    expect(new Set(runs.filter(({ handler_id }) => handlers.some(({ id }) => id === handler_id)))).toEqual(
      new Set(expected),
    );
  });
});
