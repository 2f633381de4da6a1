import { availableParallelism } from 'node:os';
import { type BenchStack, onStack } from '../bench-stack.js';
import { BenchFleet, type Paces } from '../fleet.js';
import { count, times } from '../markdown.js';
import { cpuIsKnown, type CpuTimes, sum, watchCpu } from '../processes.js';
import { alternate, type Effort, median, medianRatio } from '../rounds.js';
import type { Section } from '../section.js';

/** When one of each keeps so much of the machine busy, two of each cannot do much more. */
const FULL = 0.85;

interface Measured extends Paces {
  /** Which part of all processors each kind of process took. */
  shares: CpuTimes;
}

/** Whether two api processes and two workers do more than one of each. */
export const scale = ({ rounds, events }: Effort): Promise<Section> =>
  onStack(async (stack) => {
    const fleets = {
      one: await BenchFleet.start(stack, 'one', 1),
      two: await BenchFleet.start(stack, 'two', 2),
    };
    const { one, two } = await alternate(
      {
        one: () => measure(stack, fleets.one, events),
        two: () => measure(stack, fleets.two, events),
      },
      rounds,
    );
    const row = (name: string, of: (found: Measured) => number) => [
      name,
      count(median(one.map(of))),
      count(median(two.map(of))),
      times(medianRatio(two.map(of), one.map(of))),
    ];
    const busy = median(one.map(({ shares }) => sum(Object.values(shares))));
    const cores = availableParallelism();
    return {
      title: 'Two api processes and two workers',
      tables: [
        [
          ['events per second', '1 + 1', '2 + 2', 'ratio'],
          row('acknowledged', ({ acknowledged }) => acknowledged),
          row('handled', ({ handled }) => handled),
        ],
        ...(cpuIsKnown ? [sharesTable(one, two)] : []),
      ],
      notes: [
        `${count(events)} events a round, sent as fast as 32 connections in all carry them, while the workers handle them. Handled: until the last success. All succeeded, none was lost.`,
        ...(cpuIsKnown
          ? [
              `The second table: of the time of all ${cores} processors, from the first request to the last success.`,
            ]
          : []),
      ],
      targets: [
        {
          measure: '2 api processes and 2 workers, handled, to 1 of each',
          ...{ unit: '×', atLeast: 1.5 },
          found: medianRatio(
            two.map(({ handled }) => handled),
            one.map(({ handled }) => handled),
          ),
          limit: busy > FULL ? `one of each takes ${percent(busy)} of the ${cores} processors` : undefined,
        },
      ],
    };
  });

async function measure({ servers }: BenchStack, fleet: BenchFleet, events: number): Promise<Measured> {
  fleet.prepare(events);
  const pids = (apps: BenchFleet['apis']) => apps.map(({ pid }) => pid);
  const taken = watchCpu({
    api: pids(fleet.apis),
    worker: pids(fleet.workers),
    Postgres: [servers.postgres.pid],
    Redis: [servers.redis.pid],
  });
  const started = performance.now();
  const paces = await fleet.workOff();
  const micros = (performance.now() - started) * 1_000 * availableParallelism();
  const shares = Object.entries(taken()).map(([kind, of]) => [kind, of / micros]);
  return { ...paces, shares: Object.fromEntries(shares) as CpuTimes };
}

function sharesTable(...fleets: Measured[][]): string[][] {
  const kinds = ['api', 'worker', 'Postgres', 'Redis', 'load'];
  const cells = fleets.map((found) =>
    kinds.map((kind) => percent(median(found.map(({ shares }) => shares[kind] ?? Number.NaN)))),
  );
  return [
    ['processors', ...kinds.slice(0, -1), 'load generator', 'all'],
    ...cells.map((row, i) => [
      i === 0 ? '1 + 1' : '2 + 2',
      ...row,
      percent(median((fleets[i] ?? []).map(({ shares }) => sum(Object.values(shares))))),
    ]),
  ];
}

const percent = (part: number) => `${Math.round(part * 100)} %`;
