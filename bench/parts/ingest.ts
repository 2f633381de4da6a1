import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchStack, onStack } from '../bench-stack.js';
import { type Size, sizes } from '../load/prepared-requests.js';
import { Throughput } from '../load/throughput.js';
import { count, times } from '../markdown.js';
import { cpuIsKnown, type CpuTimes, sum, watchCpu } from '../processes.js';
import { alternate, type Effort, median, medianRatio } from '../rounds.js';
import { allStored } from '../runs.js';
import type { Section, Target } from '../section.js';

const baselines = { Q: 'quickstart', B: 'widespread', N: 'nest-save', H: 'bare' };
const targets = { Q: 1, B: 2, N: 2.5 };

/** What a server still does for the events it has just acknowledged belongs to it, not to the next one. */
const AFTERMATH_MS = 500;

interface Measured {
  perSecond: number;
  /** Per event, by kind of process. */
  micros: CpuTimes;
}

/** How many events a second are acknowledged over 32 connections, and what each costs. */
export const ingest = (effort: Effort): Promise<Section> =>
  onStack(async (stack) => {
    const turnpike = await stack.turnpike('features/no-op.ts', { ROLE: 'api' });
    const servers = new Map<string, Server>([['Turnpike', turnpike]]);
    for (const [name, file] of Object.entries(baselines)) servers.set(name, await stack.baseline(file));
    const names = [...servers.keys()];
    const rates: string[][] = [['', ...names, ...Object.keys(baselines).map((name) => `to ${name}`)]];
    const costs: string[][] = [['', 'Node', 'Postgres', 'Redis', 'together', 'load generator']];
    const met: Target[] = [];
    let acknowledged = 0;
    for (const size of Object.keys(sizes) as Size[]) {
      const loads = new Map(
        [...servers].map(([name, { url }]) => [
          name,
          new Throughput(url, { file: stack.file(), most: effort.requests, size }),
        ]),
      );
      const contenders = [...servers].map(([name, { pid }]) => {
        const load = loads.get(name) as Throughput;
        return [name, (round: number) => measure(stack, load, pid, round, effort)] as const;
      });
      const found = await alternate(Object.fromEntries(contenders), effort.rounds);
      const perSecond = (name: string) => (found[name] ?? []).map((round) => round.perSecond);
      const ratio = (name: string) => medianRatio(perSecond('Turnpike'), perSecond(name));
      rates.push([
        size,
        ...names.map((name) => count(median(perSecond(name)))),
        ...Object.keys(baselines).map((name) => times(ratio(name))),
      ]);
      for (const name of names)
        costs.push([`${name}, ${size}`, ...costRow((found[name] ?? []).map(({ micros }) => micros))]);
      for (const [name, atLeast] of Object.entries(targets)) {
        met.push({ measure: `durable ingest, ${size}, to ${name}`, unit: '×', atLeast, found: ratio(name) });
      }
      acknowledged += loads.get('Turnpike')?.accepted ?? 0;
    }
    await allStored(stack.db, acknowledged);
    return {
      title: 'Durable ingest: events acknowledged per second, 32 connections',
      tables: cpuIsKnown ? [rates, costs] : [rates],
      notes: [
        `Every one of the ${count(acknowledged)} acknowledged events was found in the store with its run.`,
        ...(cpuIsKnown
          ? [
              'The second table: time of the processor per event in microseconds, by kind of process, as Linux counts it. What else runs matters little to it. What a server does in the half second after a load is included.',
            ]
          : []),
      ],
      targets: met,
    };
  });

interface Server {
  url: string;
  pid: number | undefined;
}

async function measure(
  { servers }: BenchStack,
  load: Throughput,
  pid: number | undefined,
  round: number,
  { seconds }: Effort,
): Promise<Measured> {
  const length = round === 0 ? Math.min(seconds, 3) : seconds;
  load.prepare(length);
  const taken = watchCpu({ Node: [pid], Postgres: [servers.postgres.pid], Redis: [servers.redis.pid] });
  const sent = await load.load(length);
  await sleep(AFTERMATH_MS);
  const micros = Object.entries(taken()).map(([kind, all]) => [kind, all / sent.accepted]);
  return { perSecond: sent.accepted / sent.seconds, micros: Object.fromEntries(micros) as CpuTimes };
}

function costRow(rounds: readonly CpuTimes[]): string[] {
  const of = (kind: string) => median(rounds.map((micros) => micros[kind] ?? Number.NaN));
  const [node, postgres, redis, load] = ['Node', 'Postgres', 'Redis', 'load'].map(of) as [
    number,
    number,
    number,
    number,
  ];
  return [node, postgres, redis, sum([node, postgres, redis]), load].map(count);
}
