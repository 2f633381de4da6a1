import { setTimeout as sleep } from 'node:timers/promises';
import { createEvent } from '../../src/event-factories/create-event.js';
import { signedRequest } from '../../src/event-factories/signed-request.js';
import { bullAlone } from '../baselines/bull-alone.js';
import { type BenchStack, onStack } from '../bench-stack.js';
import { SECRET } from '../load/prepared-requests.js';
import { ms, times } from '../markdown.js';
import { alternate, type Effort, median, medianRatio } from '../rounds.js';
import { lastRun, workedOff } from '../runs.js';
import type { Section } from '../section.js';

const PAUSE_MS = 20;

const now = () => performance.timeOrigin + performance.now();

/** How soon after the acknowledgement a handler starts, when there is little to do. */
export const handlerStart = ({ rounds, single }: Effort): Promise<Section> =>
  onStack(async (stack) => {
    await stack.db.query('CREATE TABLE bench_start (id text PRIMARY KEY, at float8 NOT NULL)');
    const { url } = await stack.turnpike('features/starts.ts', { ROLE: 'all' });
    const { turnpike, bull } = await alternate(
      {
        turnpike: () => delay(stack, url, single),
        bull: () => bullAlone('startDelay', stack.servers.redisUrl, { jobs: single }),
      },
      rounds,
    );
    const found = median(turnpike);
    return {
      title: 'From the acknowledgement to the start of the handler, p99',
      tables: [
        [
          ['', 'Turnpike', 'Bull alone', 'ratio'],
          ['light load', ms(found), ms(median(bull)), times(medianRatio(turnpike, bull))],
        ],
      ],
      notes: [
        `${single} events a round, one at a time. Bull alone: from the end of \`add\` to the start of the job.`,
        'Turnpike, one process: from the answer in the hands of the sender to the first line of the handler, after its claim.',
      ],
      targets: [{ measure: 'acknowledgement to handler start, p99', unit: ' ms', atMost: 50, found }],
    };
  });

/** The 99th percentile over some events, one at a time, in milliseconds. */
async function delay({ db }: BenchStack, url: string, events: number): Promise<number> {
  const last = await lastRun(db);
  const answered = new Map<string, number>();
  for (let i = 0; i < events; i++) {
    const event = createEvent('payment_intent.succeeded');
    const { body, headers } = signedRequest({ event, secret: SECRET });
    const response = await fetch(`${url}/webhook`, { method: 'POST', headers, body: new Uint8Array(body) });
    answered.set(event.id, now());
    if (response.status !== 200) throw new Error(`An event was answered with ${response.status}`);
    await response.text();
    await sleep(PAUSE_MS);
  }
  await workedOff(db, last, events);
  const { rows } = await db.query<{ id: string; at: number }>(
    'SELECT id, at FROM bench_start WHERE id = ANY ($1)',
    [[...answered.keys()]],
  );
  const delays = rows.map(({ id, at }) => at - (answered.get(id) ?? 0)).toSorted((a, b) => a - b);
  return delays[Math.ceil(delays.length * 0.99) - 1] ?? Number.NaN;
}
