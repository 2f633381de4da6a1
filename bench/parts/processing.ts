import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bullAlone } from '../baselines/bull-alone.js';
import { BenchStack } from '../bench-stack.js';
import { writeRequests } from '../load/prepared-requests.js';
import { wrk } from '../load/wrk.js';
import { alternate, type Effort, median, medianRatio, type Section } from '../rounds.js';

const CONCURRENCIES = [10, 50];

/** What the store takes at least; wrk goes on until its time is over, also when it has sent all. */
const PER_SECOND = 1_500;

/** How many runs of a handler that does nothing a worker brings to their end in a second. */
export async function processing({ rounds, events }: Effort): Promise<Section> {
  const stack = await BenchStack.start();
  try {
    const rows: string[][] = [];
    for (const concurrency of CONCURRENCIES) {
      const perSecond = await alternate(
        {
          turnpike: () => workOff(stack, events, concurrency),
          bull: () => bullAlone('rate', stack.servers.redisUrl, { jobs: events, concurrency }),
        },
        rounds,
      );
      const [turnpike = [], bull = []] = [perSecond.turnpike, perSecond.bull];
      const figures = [median(turnpike), median(bull)].map((n) => Math.round(n).toLocaleString('en'));
      rows.push([String(concurrency), ...figures, `${medianRatio(turnpike, bull).toFixed(2)}×`]);
    }
    return {
      title: 'Processing: runs per second, one worker',
      table: [['concurrency', 'Turnpike', 'Bull alone', 'ratio'], ...rows],
      notes: [
        `Turnpike: ${events.toLocaleString('en')} stored events whose transactional handler does nothing, from the start of the first attempt to the commit of the last success. Bull alone: as many jobs that do nothing.`,
      ],
    };
  } finally {
    await stack.stop();
  }
}

/** Stores events while there is no worker, then lets one work them off. */
async function workOff(stack: BenchStack, events: number, concurrency: number): Promise<number> {
  const api = await stack.turnpike('features/no-op.ts', { ROLE: 'api' });
  const file = path.join(stack.dir, 'requests');
  writeRequests(file, { path: '/webhook', size: '1.7 KB', count: events });
  const { rows } = await stack.db.query<{ last: string }>(
    'SELECT coalesce(max(id), 0) AS last FROM handler_run',
  );
  const last = rows[0]?.last;
  await wrk(api.url, file, { seconds: Math.ceil(events / PER_SECOND) });
  await api.stop(); // once it stopped, its jobs are in Redis
  const worker = await stack.turnpike('features/no-op.ts', {
    ROLE: 'worker',
    WORKER_CONCURRENCY: String(concurrency),
  });
  for (;;) {
    const { rows: progress } = await stack.db.query<{ done: number; all: number; seconds: number }>(
      `SELECT count(*) FILTER (WHERE status = 'succeeded')::int AS done, count(*)::int AS all,
              extract(epoch FROM max(finished_at) - min(started_at))::float8 AS seconds
       FROM handler_run WHERE id > $1`,
      [last],
    );
    const { done = 0, all = 0, seconds = 0 } = progress[0] ?? {};
    if (done === all && all > 0) {
      await worker.stop();
      return done / seconds;
    }
    await sleep(250);
  }
}
