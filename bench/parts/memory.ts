import { setInterval as every } from 'node:timers/promises';
import { type BenchStack, onStack } from '../bench-stack.js';
import { BenchFleet } from '../fleet.js';
import { count, times } from '../markdown.js';
import { residentMiB, sum } from '../processes.js';
import { type Effort, progress } from '../rounds.js';
import type { Section } from '../section.js';

const SAMPLES = 10;
const MIB = 2 ** 20;
const LOOK_EVERY_MS = 500;

/** Memory in MiB when all events until then were handled. */
interface Sample {
  events: number;
  api: number;
  worker: number;
  redis: number;
  /** The most that Redis used since the sample before. */
  redisPeak: number;
}

/** Whether memory stays flat over many events, and that of Redis bounded. */
export const memory = ({ sustained }: Effort): Promise<Section> =>
  onStack(async (stack) => {
    const fleet = await BenchFleet.start(stack, 'memory', 1);
    const samples: Sample[] = [];
    for (let i = 0; i < SAMPLES; i++) {
      fleet.prepare(sustained / SAMPLES);
      const redisPeak = await peakOf(stack, () => fleet.workOff());
      samples.push({ ...(await sample(stack, fleet)), events: ((i + 1) * sustained) / SAMPLES, redisPeak });
      progress(JSON.stringify(samples.at(-1)));
    }
    const flat = (name: string, of: (found: Sample) => number) => ({
      measure: `memory of ${name} over ${count(sustained)} events, last third to first`,
      ...{ unit: '×' as const, atMost: 1.1 },
      found: growth(samples.map(of)),
    });
    const targets = [
      flat('the api process', ({ api }) => api),
      flat('the worker', ({ worker }) => worker),
      flat('Redis, queue drained', ({ redis }) => redis),
    ];
    return {
      title: `Memory over ${count(sustained)} events`,
      tables: [
        [
          ['events', 'api', 'worker', 'Redis, drained', 'Redis, at most'],
          ...samples.map(({ events, api, worker, redis, redisPeak }) => [
            count(events),
            ...[api, worker].map(String),
            ...[redis, redisPeak].map((mib) => mib.toFixed(1)),
          ]),
        ],
      ],
      notes: [
        `MiB; resident memory of one process in each role, \`used_memory\` of Redis. A tenth of the events at a time comes as fast as 32 connections carry it; when all were handled, the next. All succeeded.`,
        `Without the first sample, which warms up, the mean of the last three to that of the first three: ${targets.map(({ found }, i) => `${['api', 'worker', 'Redis'][i]} ${times(found)}`).join(', ')}.`,
      ],
      targets,
    };
  });

async function sample(stack: BenchStack, { apis, workers }: BenchFleet) {
  return {
    api: await residentMiB(apis[0]?.pid),
    worker: await residentMiB(workers[0]?.pid),
    redis: (await stack.redisBytes()) / MIB,
  };
}

/** The most that Redis uses meanwhile, in MiB. */
async function peakOf(stack: BenchStack, work: () => Promise<unknown>): Promise<number> {
  const over = new AbortController();
  let peak = 0;
  const watch = async () => {
    for await (const _ of every(LOOK_EVERY_MS, undefined, { signal: over.signal })) {
      peak = Math.max(peak, await stack.redisBytes());
    }
  };
  const watching = watch().catch(() => undefined); // it ends by being aborted
  await work().finally(() => over.abort());
  await watching;
  return Math.max(peak, await stack.redisBytes()) / MIB;
}

function growth([, ...warm]: readonly number[]): number {
  const third = Math.floor(warm.length / 3);
  return sum(warm.slice(-third)) / sum(warm.slice(0, third));
}
