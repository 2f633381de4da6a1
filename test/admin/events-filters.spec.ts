import { beforeAll, describe, expect, it } from '@jest/globals';
import { filterOf } from '../../src/admin/events/event-list.query.js';
import { type Position, searchEvents } from '../../src/event-store/event-search.js';
import { LimitedReads } from '../../src/event-store/limited-reads.js';
import { adminTest } from '../harness/admin-test.js';
import { seed, type SeededEvent, type SeededRun, variedEvents } from '../harness/stored-events.js';

type Query = Record<string, string>;
interface Page {
  data: { id: string; runs: Record<string, number> }[];
  next: string | null;
  count?: { value: number; kind: string };
}

const events = variedEvents(400);
const some = events[123] as SeededEvent;
const day = (daysAgo: number) =>
  `${new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10)}T00:00:00Z`;

/** Values that match much, little and nothing. */
const filters: Record<string, string[]> = {
  type: ['payment_intent.succeeded', 'payment_intent.*', 'v2.core.*', 'payout.nonesuch', 'nonesuch.*'],
  source: ['connect', 'issuing'],
  account: ['acct_1A', 'acct_9Z'],
  livemode: ['true', 'false'],
  status: ['dead', 'succeeded', 'running'],
  handler: ['orders.fulfil', 'odd.one', 'none.such'],
  fingerprint: ['f1', 'none'],
  object: ['pi_3X', 'pi_nonesuch'],
  createdFrom: [day(60)],
  createdBefore: [day(100)],
  receivedFrom: [day(90)],
  receivedBefore: [day(30)],
  id: [some.id, 'pi_3X', 'acct_1A', 'cus_7Y', 'none'],
};

const latestOf = ({ runs }: SeededEvent): SeededRun[] =>
  runs.filter((run) => !runs.some((r) => r.handler_id === run.handler_id && r.generation > run.generation));

/** What the documentation says, word by word. */
const rules: Record<string, (event: SeededEvent, value: string, query: Query) => boolean> = {
  type: (e, v) => (v.endsWith('.*') ? e.type.startsWith(v.slice(0, -1)) : e.type === v),
  source: (e, v) => e.source === v,
  account: (e, v) => e.account === v,
  livemode: (e, v) => e.livemode === (v === 'true'),
  object: (e, v) => e.object_id === v,
  createdFrom: (e, v) => Date.parse(e.created) >= Date.parse(v),
  createdBefore: (e, v) => Date.parse(e.created) < Date.parse(v),
  receivedFrom: (e, v) => Date.parse(e.received_at) >= Date.parse(v),
  receivedBefore: (e, v) => Date.parse(e.received_at) < Date.parse(v),
  id: (e, v) => e.id === v || e.object_id === v || e.account === v || e.related_ids.includes(v),
  status: (e, _, query) => hasRun(e, query),
  handler: (e, _, query) => hasRun(e, query),
  fingerprint: (e, _, query) => hasRun(e, query),
};

/** One run must have all of it. */
const hasRun = (event: SeededEvent, { status, handler, fingerprint }: Query): boolean =>
  latestOf(event).some(
    (run) =>
      (status === undefined || run.status === status) &&
      (handler === undefined || run.handler_id === handler) &&
      (fingerprint === undefined ||
        (run.error_fingerprint === fingerprint && ['dead', 'retrying'].includes(run.status))),
  );

function expected(query: Query, from = events): SeededEvent[] {
  const matching = from.filter((event) =>
    Object.entries(query).every(([name, value]) => rules[name]?.(event, value, query)),
  );
  const at = (event: SeededEvent) =>
    query.receivedFrom || query.receivedBefore ? event.received_at : event.created;
  return matching.toSorted((a, b) => (`${at(a)} ${a.id}` < `${at(b)} ${b.id}` ? 1 : -1));
}

const single = Object.entries(filters).flatMap(([name, values]) =>
  values.map((value): [title: string, query: Query] => [
    Number.isNaN(Date.parse(value)) ? `${name}=${value}` : name,
    { [name]: value },
  ]),
);

/** Two values of each filter with each of two of every other one. */
const pairs = Object.entries(filters).flatMap(([a, values], i, all) =>
  all
    .slice(i + 1)
    .flatMap(([b, others]) =>
      values.slice(0, 2).flatMap((value) => others.slice(0, 2).map((other) => ({ [a]: value, [b]: other }))),
    ),
);

describe('the list of events', () => {
  const test = adminTest();

  const page = async (query: Query, key?: string): Promise<Page> => {
    const { status, body } = await test.call<Page>('GET', `events?${new URLSearchParams(query).toString()}`, {
      ...(key !== undefined && { key }),
    });
    expect({ status, body }).toMatchObject({ status: 200 });
    return body;
  };

  /** Ids of all pages; `between` happens after each. */
  const walk = async (
    query: Query,
    limit: number,
    between = async () => {},
    key?: string,
  ): Promise<string[]> => {
    const ids: string[] = [];
    for (let after: string | null = ''; after !== null;) {
      const { data, next }: Page = await page(
        { ...query, limit: String(limit), ...(after && { after }) },
        key,
      );
      ids.push(...data.map(({ id }) => id));
      after = next;
      if (after !== null) await between();
    }
    return ids;
  };

  beforeAll(async () => {
    await seed(test.watch, events);
  });

  it('has every event once, newest first, without a filter', async () => {
    expect(await walk({}, 60)).toEqual(expected({}).map(({ id }) => id));
  });

  it.each(single)('has exactly the events of %s, in order, and counts them', async (_title, query) => {
    const ids = expected(query).map(({ id }) => id);
    expect(await walk(query, 200)).toEqual(ids);
    const { count } = await page({ ...query, count: 'exact', limit: '1' });
    expect(count).toEqual({ value: ids.length, kind: 'exact' });
    const estimate = await page({ ...query, count: 'estimate', limit: '1' });
    expect(estimate.count).toEqual({ value: expect.any(Number), kind: 'estimate' });
  });

  it('has exactly the events of any two filters, in order', async () => {
    for (const query of pairs) {
      const ids = await walk(query, 200);
      expect({ query, ids }).toEqual({ query, ids: expected(query).map(({ id }) => id) });
    }
  });

  it('goes through the same events oldest first, as bulk replays do', async () => {
    const reads = test.app.nest.get(LimitedReads, { strict: false });
    for (const query of [{}, ...single.map(([, of]) => of), ...pairs.filter((of) => 'receivedFrom' in of)]) {
      const wanted = expected(query).toSorted((a, b) =>
        `${a.created} ${a.id}` < `${b.created} ${b.id}` ? -1 : 1,
      );
      const livemode = query.livemode === undefined ? {} : { livemode: query.livemode === 'true' };
      const filter = filterOf({ ...query, ...livemode }, null);
      const found: string[] = [];
      for (let after: Position | undefined, more = true; more;) {
        const page = await reads.read((db) =>
          searchEvents(db, filter, { order: 'oldest', after, limit: 150 }),
        );
        found.push(...page.map(({ id }) => id));
        after = page.at(-1)?.position;
        more = page.length === 150;
      }
      expect({ query, found }).toEqual({ query, found: wanted.map(({ id }) => id) });
    }
  });

  it('shows a restricted key the events of its accounts alone, with any filter', async () => {
    const accounts = ['acct_2B', 'acct_3C'];
    const key = await test.keyWith({ accounts });
    const visible = events.filter(({ account }) => account !== null && accounts.includes(account));
    for (const query of [{}, ...single.map(([, of]) => of)]) {
      const ids = await walk(query, 200, undefined, key);
      expect({ query, ids }).toEqual({ query, ids: expected(query, visible).map(({ id }) => id) });
      const { count } = await page({ ...query, count: 'exact', limit: '1' }, key);
      expect(count?.value).toBe(ids.length);
    }
  });

  it('counts the handlers of an event by their latest run', async () => {
    const { data } = await page({ limit: '200' });
    for (const { id, runs } of data) {
      const counts: Record<string, number> = {};
      for (const { status } of latestOf(events.find((event) => event.id === id) as SeededEvent)) {
        counts[status] = (counts[status] ?? 0) + 1;
      }
      expect({ id, runs }).toEqual({ id, runs: counts });
    }
  });

  it('visits each event once on a walk during which others arrive', async () => {
    let arrived = 0;
    const arrive = () => {
      const template = events[(arrived * 37) % events.length] as SeededEvent;
      const at = new Date(Date.now() + 60_000).toISOString();
      return seed(test.watch, [
        { ...template, id: `evt_new_${arrived++}`, created: at, received_at: at, runs: template.runs },
      ]);
    };
    for (const query of [{}, ...single.map(([, of]) => of)]) {
      const ids = await walk(query, 40, arrive);
      expect({ query, ids: ids.filter((id) => !id.startsWith('evt_new_')) }).toEqual({
        query,
        ids: expected(query).map(({ id }) => id),
      });
      expect(new Set(ids).size).toBe(ids.length);
    }
  });
});
