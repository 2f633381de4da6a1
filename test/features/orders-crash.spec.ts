import { describe, expect, it } from '@jest/globals';
import type { AppProcess } from '../harness/app-process.js';
import { deliver } from '../harness/app.js';
import { faultTest } from '../harness/fault-test.js';
import { asSent, type LifeEvent, OrderLife } from './orders-life.js';
import { JOURNAL } from './orders-tickets.js';

/** Holds whoever has written into the journal, before the commit. */
const HOLD = `
  CREATE OR REPLACE FUNCTION test_hold() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_advisory_xact_lock_shared(4203); RETURN NULL; END $$;
  CREATE OR REPLACE TRIGGER test_hold AFTER INSERT ON ticket_journal
  FOR EACH ROW EXECUTE FUNCTION test_hold()`;

describe('the fulfilment of an order', () => {
  const scene = faultTest('features/orders-tickets.ts');
  const send = async (app: AppProcess, events: readonly LifeEvent[]) => {
    for (const event of events) expect((await deliver(app.url, asSent(event))).status).toBe(200);
  };
  const journal = async () =>
    (await scene.watch.query<{ entry: string }>('SELECT entry FROM ticket_journal ORDER BY entry')).map(
      ({ entry }) => entry,
    );

  it('happens once, and so does its reversal, when the worker is killed between the effect and the commit', async () => {
    await scene.watch.query(JOURNAL);
    await scene.watch.query(HOLD);
    const life = new OrderLife('pi_crash', { account: 'acct_crash' })
      .succeeded(4)
      .session(3, 'completed', 'paid')
      .refunded(60, 4_200);
    let worker = await scene.start();
    for (const [events, entries] of [
      [life.events.slice(0, 2), ['issued']],
      [life.events.slice(2), ['issued', 'void']],
    ] as const) {
      await scene.roadblock.hold('inHandler');
      await send(worker, events);
      await scene.roadblock.untilWaiting(); // the entry is written and not committed
      await worker.stop('SIGKILL');
      await scene.roadblock.release('inHandler');
      await scene.timePasses();
      worker = await scene.start();
      await scene.watch.untilFinished(events.map(({ id }) => id));
      expect(await journal()).toEqual(entries);
    }
    const runs = await scene.watch.untilFinished(life.events.map(({ id }) => id));
    expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(['succeeded']));
    const lost = await scene.watch.query(
      `SELECT DISTINCT handler_id FROM handler_attempt JOIN handler_run ON handler_run.id = run_id
       WHERE outcome = 'lost' AND handler_id <> 'orders.record' ORDER BY handler_id`,
    );
    expect(lost).toEqual([{ handler_id: 'orders.fulfil' }, { handler_id: 'orders.reverse' }]);
    const orders = await scene.watch.query(
      'SELECT state, fulfilment, amount_refunded::int AS refunded FROM payment_order',
    );
    expect(orders).toEqual([{ state: 'refunded', fulfilment: 'reversed', refunded: 4_200 }]);
  }, 120_000);
});
