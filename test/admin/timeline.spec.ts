import { describe, expect, it } from '@jest/globals';
import { stripeId } from '../../src/event-factories/stripe-id.js';
import { adminTest } from '../harness/admin-test.js';
import { scripted } from '../harness/scripted-handlers.js';

interface Entry {
  event: { id: string };
  runs: { handler: string; why: string; history: unknown[] }[];
  changes: { path: string; from: unknown; to: unknown }[] | null;
  moreChanges: boolean;
}
interface Page {
  data: Entry[];
  next: string | null;
}

const test = adminTest([scripted({ id: 'orders.fulfil' }, async () => {})]);

let second = 1_790_000_000;

/** Delivers a snapshot of an object, a second after the one before. */
async function snapshot(object: object, { account, previous }: { account?: string; previous?: object } = {}) {
  const id = stripeId('evt');
  const event = {
    id,
    object: 'event',
    type: 'payment_intent.succeeded',
    created: second++,
    livemode: false,
    ...(account !== undefined && { account }),
    data: {
      object: { object: 'payment_intent', ...object },
      ...(previous && { previous_attributes: previous }),
    },
  };
  expect((await test.deliver({ body: JSON.stringify(event) })).status).toBe(200);
  return id;
}

const timeline = async (id: string, query = '', key?: string): Promise<Page> => {
  const answer = await test.call<Page>('GET', `objects/${id}/timeline${query}`, {
    ...(key !== undefined && { key }),
  });
  expect(answer.status).toBe(200);
  return answer.body;
};

const changesOf = ({ data }: Page) => data.map(({ changes }) => changes);

describe('the timeline of an object', () => {
  it('has its events in order, with their runs and with what each changed', async () => {
    const [pi, cus] = [stripeId('pi'), stripeId('cus')];
    const ids = [
      await snapshot({ id: pi, status: 'requires_capture', amount: 10, lines: [{ n: 1 }] }),
      await snapshot({ id: pi, status: 'succeeded', amount: 10, lines: [{ n: 2 }, { n: 3 }], customer: cus }),
      await snapshot({ id: pi, status: 'succeeded', amount: 10, lines: [], customer: cus }),
    ];
    await test.watch.untilFinished(ids);
    const page = await timeline(pi);
    expect(page.data.map(({ event }) => event.id)).toEqual(ids);
    expect(changesOf(page)).toEqual([
      null,
      [
        { path: 'status', from: 'requires_capture', to: 'succeeded' },
        { path: 'lines[0].n', from: 1, to: 2 },
        { path: 'lines[1]', from: null, to: { n: 3 } },
        { path: 'customer', from: null, to: cus },
      ],
      [
        { path: 'lines[0]', from: { n: 2 }, to: null },
        { path: 'lines[1]', from: { n: 3 }, to: null },
      ],
    ]);
    expect(page.data[0]?.runs).toMatchObject([
      { handler: 'orders.fulfil', why: 'Succeeded at its 1st attempt', history: [{ attempt: 1 }] },
    ]);
  });

  it('compares each object with its own snapshot before, across pages and among other objects', async () => {
    const [cus, a, b] = [stripeId('cus'), stripeId('pi'), stripeId('pi')];
    const ids: string[] = [];
    for (const n of [1, 2, 3]) {
      ids.push(await snapshot({ id: a, customer: cus, n }));
      ids.push(await snapshot({ id: b, customer: { id: cus, object: 'customer' }, n: n * 10 }));
    }
    await test.watch.untilFinished(ids);
    const all = await timeline(cus);
    expect(changesOf(all)).toEqual([
      ...[null, null],
      ...[[{ path: 'n', from: 1, to: 2 }], [{ path: 'n', from: 10, to: 20 }]],
      ...[[{ path: 'n', from: 2, to: 3 }], [{ path: 'n', from: 20, to: 30 }]],
    ]);
    const walked: Entry[] = [];
    for (let after: string | null = ''; after !== null;) {
      const page: Page = await timeline(cus, `?limit=1${after && `&after=${after}`}`);
      walked.push(...page.data);
      after = page.next;
    }
    expect(walked).toEqual(all.data);
  });

  it('finds an event that only says what the object was attached to before', async () => {
    const cus = stripeId('cus');
    const detached = await snapshot({ id: stripeId('pm'), customer: null }, { previous: { customer: cus } });
    expect((await timeline(cus)).data.map(({ event }) => event.id)).toEqual([detached]);
  });

  it('is that of an account, too', async () => {
    const account = stripeId('acct');
    const ids = [
      await snapshot({ id: stripeId('pi') }, { account }),
      await snapshot({ id: stripeId('po') }, { account }),
    ];
    expect((await timeline(account)).data.map(({ event }) => event.id)).toEqual(ids);
  });

  it('shows a restricted key the events of its accounts alone, and compares only these', async () => {
    const [pi, mine, other] = [stripeId('pi'), stripeId('acct'), stripeId('acct')];
    await snapshot({ id: pi, secret: 'of another' }, { account: other });
    const visible = await snapshot({ id: pi, secret: 'mine' }, { account: mine });
    const page = await timeline(pi, '', await test.keyWith({ accounts: [mine] }));
    expect(page.data.map(({ event }) => event.id)).toEqual([visible]);
    expect(JSON.stringify(page)).not.toContain('of another');
  });

  it('survives objects that are nested deeper than any stack, huge, or odd', async () => {
    const pi = stripeId('pi');
    const body = (member: string) =>
      `{"id":"${stripeId('evt')}","object":"event","type":"payout.paid","created":${second++},"livemode":false,` +
      `"data":{"object":{"id":"${pi}",${member}}}}`;
    const deep = (inner: string) => `"deep":${'{"a":['.repeat(20_000)}${inner}${']}'.repeat(20_000)}`;
    const members = [
      deep('1'),
      deep('2'),
      `"deep":1,"many":{${Array.from({ length: 300 }, (_, i) => `"k${i}":${i}`).join()}}`,
      `"deep":1,"many":{"__proto__":{"x":"\\u0000"},"constructor":"\\ud800"}`,
      `"deep":1,"long":"${'x'.repeat(2_000)}"`,
      `"deep":1,"long":"${'x'.repeat(300_000)}"`,
      '"deep":2',
    ];
    for (const member of members) expect((await test.deliver({ body: body(member) })).status).toBe(200);
    const { data } = await timeline(pi);
    expect(data[1]?.changes).toHaveLength(1);
    expect(data[2]).toMatchObject({
      moreChanges: false,
      changes: [{ path: 'deep', to: 1 }, { path: 'many' }],
    });
    expect(data[3]).toMatchObject({ moreChanges: true });
    expect(data[3]?.changes).toHaveLength(100);
    expect(data[4]?.changes).toContainEqual({ path: 'long', from: null, to: `${'x'.repeat(500)}…` });
    expect(data.slice(5).map(({ changes }) => changes)).toEqual([null, null]);
  });

  it('is empty for an id that nothing has', async () => {
    expect(await timeline('pi_none')).toEqual({ data: [], next: null });
    expect(await timeline('%00')).toEqual({ data: [], next: null });
  });
});
