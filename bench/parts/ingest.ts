import path from 'node:path';
import { BenchStack } from '../bench-stack.js';
import { type Size, sizes, writeRequests } from '../load/prepared-requests.js';
import { wrk } from '../load/wrk.js';
import { alternate, type Effort, median, medianRatio, type Section } from '../rounds.js';

/** More than any contender can take in a second. */
const PER_SECOND = { '1.7 KB': 30_000, '15 KB': 15_000 };

const baselines = { Q: 'quickstart', B: 'widespread', N: 'nest-save', H: 'bare' };

/** How many events a second are acknowledged over 32 connections. */
export async function ingest({ rounds, seconds }: Effort): Promise<Section> {
  const stack = await BenchStack.start();
  try {
    const turnpike = await stack.turnpike('features/no-op.ts', { ROLE: 'api' });
    const urls: Record<string, string> = { Turnpike: turnpike.url };
    for (const [name, file] of Object.entries(baselines)) urls[name] = (await stack.baseline(file)).url;
    const file = path.join(stack.dir, 'requests');
    let acknowledged = 0;
    const rows: string[][] = [];
    for (const size of Object.keys(sizes) as Size[]) {
      const load = (name: string, url: string) => async (): Promise<number> => {
        writeRequests(file, { path: '/webhook', size, count: PER_SECOND[size] * seconds });
        const { requests, seconds: took, refused, broken } = await wrk(url, file, { seconds });
        if (refused + broken > 0)
          throw new Error(`${name}: ${refused + broken} events were not acknowledged`);
        if (name === 'Turnpike') acknowledged += requests;
        return requests / took;
      };
      const contenders = Object.fromEntries(
        Object.entries(urls).map(([name, url]) => [name, load(name, url)]),
      );
      const perSecond = await alternate(contenders, rounds);
      const turnpikes = perSecond.Turnpike ?? [];
      rows.push([
        size,
        ...Object.keys(urls).map((name) => Math.round(median(perSecond[name] ?? [])).toLocaleString('en')),
        ...Object.keys(baselines).map(
          (name) => `${medianRatio(turnpikes, perSecond[name] ?? []).toFixed(2)}×`,
        ),
      ]);
    }
    await allStored(stack, acknowledged);
    return {
      title: 'Durable ingest: events acknowledged per second, 32 connections',
      table: [['', ...Object.keys(urls), ...Object.keys(baselines).map((name) => `to ${name}`)], ...rows],
      notes: [
        `Every one of the ${acknowledged.toLocaleString('en')} acknowledged events was found in the store with its run.`,
      ],
    };
  } finally {
    await stack.stop();
  }
}

/** At the end of a load wrk leaves requests without waiting for their answers: there may be more, never fewer. */
async function allStored({ db }: BenchStack, acknowledged: number): Promise<void> {
  const { rows } = await db.query<{ events: string; runs: string }>(
    'SELECT (SELECT count(*) FROM stripe_event) AS events, (SELECT count(*) FROM handler_run) AS runs',
  );
  const { events, runs } = rows[0] ?? { events: 0, runs: 0 };
  if (Number(events) < acknowledged || runs !== events) {
    throw new Error(`${acknowledged} events were acknowledged; the store has ${events} and ${runs} runs`);
  }
}
