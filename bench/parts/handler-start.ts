import { setTimeout as sleep } from 'node:timers/promises';
import { createEvent } from '../../src/event-factories/create-event.js';
import { signedRequest } from '../../src/event-factories/signed-request.js';
import { bullAlone } from '../baselines/bull-alone.js';
import { BenchStack } from '../bench-stack.js';
import { SECRET } from '../load/prepared-requests.js';
import { alternate, type Effort, median, medianRatio, type Section } from '../rounds.js';

const PER_ROUND = 300;
const now = () => performance.timeOrigin + performance.now();

/** How soon after the acknowledgement a handler starts, when there is little to do. */
export async function handlerStart({ rounds, seconds }: Effort): Promise<Section> {
  const stack = await BenchStack.start();
  const events = seconds > 1 ? PER_ROUND : 20;
  try {
    await stack.db.query('CREATE TABLE bench_start (id text PRIMARY KEY, at float8 NOT NULL)');
    const { url } = await stack.turnpike('features/starts.ts', { ROLE: 'all' });
    const delays = await alternate(
      {
        turnpike: () => delay(stack, url, events),
        bull: () => bullAlone('startDelay', stack.servers.redisUrl, { jobs: events }),
      },
      rounds,
    );
    const [turnpike = [], bull = []] = [delays.turnpike, delays.bull];
    const ms = (values: number[]) => `${median(values).toFixed(1)} ms`;
    return {
      title: 'From the acknowledgement to the start of the handler, p99',
      table: [
        ['', 'Turnpike', 'Bull alone', 'ratio'],
        ['light load', ms(turnpike), ms(bull), `${medianRatio(turnpike, bull).toFixed(1)}×`],
      ],
      notes: [
        `${events} events a round, one at a time. Bull alone: from the end of \`add\` to the start of the job.`,
        'Turnpike, one process: from the answer in the hands of the sender to the first line of the handler, after its claim and the begin of its transaction.',
      ],
    };
  } finally {
    await stack.stop();
  }
}

/** The 99th percentile over some events, one at a time, in milliseconds. */
async function delay({ db }: BenchStack, url: string, events: number): Promise<number> {
  const answered = new Map<string, number>();
  for (let i = 0; i < events; i++) {
    const event = createEvent('payment_intent.succeeded');
    const { body, headers } = signedRequest({ event, secret: SECRET });
    const response = await fetch(`${url}/webhook`, { method: 'POST', headers, body: new Uint8Array(body) });
    answered.set(event.id, now());
    if (response.status !== 200) throw new Error(`An event was answered with ${response.status}`);
    await response.text();
    await sleep(20);
  }
  const ids = [...answered.keys()];
  for (;;) {
    const { rows } = await db.query<{ id: string; at: number }>(
      'SELECT id, at FROM bench_start WHERE id = ANY ($1)',
      [ids],
    );
    if (rows.length === events) {
      const sorted = rows.map(({ id, at }) => at - (answered.get(id) ?? 0)).toSorted((a, b) => a - b);
      return sorted[Math.ceil(events * 0.99) - 1] ?? Number.NaN;
    }
    await sleep(50);
  }
}
