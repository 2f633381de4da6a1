import { bullAlone } from '../baselines/bull-alone.js';
import { type BenchStack, onStack } from '../bench-stack.js';
import { writeRequests } from '../load/prepared-requests.js';
import { sendRequests } from '../load/send-requests.js';
import { count, times } from '../markdown.js';
import { alternate, type Effort, median, medianRatio } from '../rounds.js';
import { lastRun, workedOff } from '../runs.js';
import type { Section, Target } from '../section.js';

const CONCURRENCIES = [10, 50];

/** The load ends when all has been sent. */
const LONG_SECONDS = 600;

/** How many runs of a handler that does nothing a worker brings to their end in a second. */
export const processing = ({ rounds, events }: Effort): Promise<Section> =>
  onStack(async (stack) => {
    const rows = [['concurrency', 'Turnpike', 'Bull alone', 'ratio']];
    const targets: Target[] = [];
    for (const concurrency of CONCURRENCIES) {
      const { turnpike, bull } = await alternate(
        {
          turnpike: () => workOff(stack, events, concurrency),
          bull: () => bullAlone('rate', stack.servers.redisUrl, { jobs: events, concurrency }),
        },
        rounds,
      );
      const found = medianRatio(turnpike, bull);
      rows.push([String(concurrency), count(median(turnpike)), count(median(bull)), times(found)]);
      const measure = `processing, concurrency ${concurrency}, to Bull alone`;
      targets.push({ measure, unit: '×', atLeast: 0.5, found });
    }
    return {
      title: 'Processing: runs per second, one worker',
      tables: [rows],
      notes: [
        `Turnpike: ${count(events)} stored events whose transactional handler does nothing, from the start of the first attempt to the commit of the last success. Bull alone: as many jobs that do nothing.`,
      ],
      targets,
    };
  });

/** Stores events while there is no worker, then lets one work them off. */
async function workOff(stack: BenchStack, events: number, concurrency: number): Promise<number> {
  const api = await stack.turnpike('features/no-op.ts', { ROLE: 'api' });
  writeRequests(stack.file(), { size: '1.7 KB', count: events });
  const last = await lastRun(stack.db);
  const { accepted } = await sendRequests(api.url, stack.file(), { seconds: LONG_SECONDS });
  await api.stop(); // once it stopped, its jobs are in Redis
  const worker = await stack.turnpike('features/no-op.ts', {
    ROLE: 'worker',
    WORKER_CONCURRENCY: String(concurrency),
  });
  const { runs, seconds } = await workedOff(stack.db, last, accepted);
  await worker.stop();
  return runs / seconds;
}
