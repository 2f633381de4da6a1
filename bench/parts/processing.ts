import { bullAlone } from '../baselines/bull-alone.js';
import { type BenchStack, onStack } from '../bench-stack.js';
import { writeRequests } from '../load/prepared-requests.js';
import { sendRequests } from '../load/send-requests.js';
import { count, times } from '../markdown.js';
import { alternate, type Effort, median, medianRatio } from '../rounds.js';
import { lastRun, workedOff } from '../runs.js';
import type { Section, Target } from '../section.js';

/** The load ends when all has been sent. */
const LONG_SECONDS = 600;

/** How many runs a worker brings to their end in a second, of a handler that does nothing and of one that writes a row. */
export const processing = ({ rounds, events, concurrencies }: Effort): Promise<Section> =>
  onStack(async (stack) => {
    await stack.db.query('CREATE TABLE bench_row (id text PRIMARY KEY)');
    const rows = [['concurrency', 'writes a row', 'does nothing', 'Bull alone', 'ratio of the last two']];
    const targets: Target[] = [];
    for (const concurrency of concurrencies) {
      const { oneRow, noOp, bull } = await alternate(
        {
          oneRow: () => workOff(stack, 'features/one-row.ts', events, concurrency),
          noOp: () => workOff(stack, 'features/no-op.ts', events, concurrency),
          bull: () => bullAlone('rate', stack.servers.redisUrl, { jobs: events, concurrency }),
        },
        rounds,
      );
      const found = medianRatio(noOp, bull);
      rows.push([
        String(concurrency),
        ...[oneRow, noOp, bull].map((rates) => count(median(rates))),
        times(found),
      ]);
      const measure = `processing, concurrency ${concurrency}, to Bull alone`;
      targets.push({ measure, unit: '×', atLeast: 0.5, found });
    }
    return {
      title: 'Processing: runs per second, one worker',
      tables: [rows],
      notes: [
        `Turnpike: ${count(events)} stored events with one transactional handler each, from the start of the first attempt to the commit of the last success. Bull alone: as many jobs that do nothing.`,
        'A transaction begins with the first statement of the handler; a handler that writes nothing has none.',
      ],
      targets,
    };
  });

/** Stores events while there is no worker, then lets one work them off. */
async function workOff(
  stack: BenchStack,
  feature: string,
  events: number,
  concurrency: number,
): Promise<number> {
  const api = await stack.turnpike(feature, { ROLE: 'api' });
  writeRequests(stack.file(), { size: '1.7 KB', count: events });
  const last = await lastRun(stack.db);
  const { accepted } = await sendRequests(api.url, stack.file(), { seconds: LONG_SECONDS });
  await api.stop(); // once it stopped, its jobs are in Redis
  const worker = await stack.turnpike(feature, {
    ROLE: 'worker',
    WORKER_CONCURRENCY: String(concurrency),
  });
  const { runs, seconds } = await workedOff(stack.db, last, accepted);
  await worker.stop();
  return runs / seconds;
}
