import { expect, it } from '@jest/globals';
import { createEvent } from '../../src/event-factories/create-event.js';
import { stripeId } from '../../src/event-factories/stripe-id.js';
import { ADMIN_KEY } from '../harness/admin-test.js';
import { deliver } from '../harness/app.js';
import { tablesWith } from '../harness/database-text.js';
import { faultTest } from '../harness/fault-test.js';

const EVENTS = 250;
const PERSON = 'Wilhelmina Birdsong';

const test = faultTest('harness/effects.ts');

interface State {
  status: string;
  erased: number;
}

it('an erasure whose worker is killed on the way is completed by another one, each event once', async () => {
  await test.watch.alsoWatch('erasure');
  const customer = stripeId('cus');
  const api = await test.start({ ROLE: 'api', ADMIN_BOOTSTRAP_KEY: ADMIN_KEY });
  const events = Array.from({ length: EVENTS }, () =>
    createEvent('charge.succeeded', { object: { customer, description: PERSON } }),
  );
  await Promise.all(events.map((event) => deliver(api.url, { event })));
  const response = await fetch(`${api.url}/admin/erasures`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${ADMIN_KEY}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ customer, reason: 'request 4711' }),
  });
  expect(response.status).toBe(201);
  const { id } = (await response.json()) as { id: string };
  const until = (done: (state: State) => boolean) =>
    test.watch.until<State & Record<string, unknown>>(
      'SELECT status, events_erased::int AS erased FROM erasure WHERE id = $1',
      [id],
      ([state]) => state !== undefined && done(state),
    );
  const doomed = await test.start({ ROLE: 'worker' });
  await until(({ erased }) => erased > 0);
  await doomed.stop('SIGKILL');
  await test.start({ ROLE: 'worker' });
  expect(await until(({ status }) => status === 'completed')).toEqual([
    { status: 'completed', erased: EVENTS },
  ]);
  expect(await tablesWith(test.watch, PERSON)).toEqual([]);
  const audit = await test.watch.query(`SELECT details FROM audit_log WHERE action = 'erasure.complete'`);
  expect(audit).toEqual([{ details: { erasure: id, customer, events: EVENTS, runs: 0 } }]);
});
