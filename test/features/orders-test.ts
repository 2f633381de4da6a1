import { beforeAll, expect } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { adminTest } from '../harness/admin-test.js';
import { asSent, keyOf, type LifeEvent, type OrderLife } from './orders-life.js';
import { features, JOURNAL } from './orders-tickets.js';

const JOURNALS = 'SELECT order_id AS id, account, livemode, entry AS item FROM ticket_journal';
const NOTED = 'SELECT order_id AS id, account, livemode, event_id AS item FROM payment_order_event';

type KnownOrder = Pick<OrderLife, 'id' | 'account' | 'livemode'> & Record<string, unknown>;

/** An application with orders and the office that issues tickets for them. */
export function ordersTest(modules: Type[] = features) {
  const test = adminTest(modules, { WORKER_CONCURRENCY: '30' });
  beforeAll(() => test.watch.query(JOURNAL));

  const deliver = async (event: object) => {
    const answer = await test.deliver(asSent(event));
    expect(answer.status).toBe(200);
  };

  /** What belongs to each order, by its key. */
  const listsOf = async (query: string): Promise<Map<string, string[]>> => {
    const rows = await test.watch.query<KnownOrder & { item: string }>(query);
    const lists = new Map<string, string[]>();
    for (const row of rows) lists.set(keyOf(row), [...(lists.get(keyOf(row)) ?? []), row.item].toSorted());
    return lists;
  };

  return {
    admin: test,
    get watch() {
      return test.watch;
    },
    deliver,
    /** Delivers events one after another, and waits after each until it is handled. */
    async handled(...events: LifeEvent[]): Promise<void> {
      for (const event of events) {
        await deliver(event);
        await test.watch.untilFinished([event.id]);
      }
    },
    /** Waits until no run is open. */
    allHandled: () =>
      test.watch.until<{ open: boolean }>(
        `SELECT EXISTS (SELECT FROM handler_run WHERE status IN ('pending', 'running', 'retrying')) AS open`,
        [],
        ([row]) => row?.open === false,
      ),
    async show({ id, account, livemode }: OrderLife): Promise<Record<string, unknown>> {
      const of = account === '' ? '' : `&account=${account}`;
      const { body } = await test.call('GET', `orders/${id}?livemode=${livemode}&limit=200${of}`);
      return body;
    },
    /** All orders, by their keys. */
    async all(): Promise<Map<string, Record<string, unknown>>> {
      const orders: KnownOrder[] = [];
      for (let next: string | null = ''; next !== null;) {
        const after: string = next && `&after=${next}`;
        const { body } = await test.call<{ data: KnownOrder[]; next: string | null }>(
          'GET',
          `orders?limit=200${after}`,
        );
        orders.push(...body.data);
        next = body.next;
      }
      return new Map(orders.map((order) => [keyOf(order), order]));
    },
    /** What was done for each order: `issued`, `void`. */
    journals: () => listsOf(JOURNALS),
    /** The ids of the events that each order knows of. */
    noted: () => listsOf(NOTED),
    journal: async (life: OrderLife) => (await listsOf(JOURNALS)).get(keyOf(life)) ?? [],
  };
}
