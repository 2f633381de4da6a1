import os from 'node:os';
import { formatted, machine, markdownTable, writtenBy } from '../markdown.js';
import type { Times } from './live-load.js';
import type { MemorySample } from './memory.js';

/** What a run of the benchmark found. */
export interface Findings {
  postgres: string;
  events: number;
  rate: number;
  seconds: number;
  kills: number;
  verified: Record<string, number>;
  live: Record<string, Times>;
  memory: MemorySample[];
}

const ms = (value: number) => value.toFixed(1);

/** The page docs/benchmarks-replay.md. */
export async function report(found: Findings): Promise<string> {
  const times = Object.entries(found.live);
  const live = times.map(([name, { events, p50, p95 }], i) => {
    const usual = times[i - (i % 2)]?.[1];
    const ratio = (mine: number, other = Number.NaN) => (i % 2 === 0 ? '' : `${(mine / other).toFixed(2)}×`);
    return [name, String(events), ms(p50), ratio(p50, usual?.p50), ms(p95), ratio(p95, usual?.p95)];
  });
  const memory = found.memory.map(({ done, api, workers, redis }) => [
    done.toLocaleString('en'),
    String(api),
    workers.join(', '),
    String(redis),
  ]);
  const verified = Object.entries(found.verified).map(([what, count]) => [what, count.toLocaleString('en')]);
  const text = `
# Benchmark: replay of ${found.events.toLocaleString('en')} events

${writtenBy('npm run bench:replay')}: ${machine()},
Postgres ${found.postgres} with all durable settings. One process in the role \`api\`, two in the role \`worker\`, Postgres,
Redis and the sender of live events share the machine, with whatever else ran on it (load average at the end:
${os.loadavg()[1]?.toFixed(1)}).

Every event has a dead run; the replay makes each again, at ${found.rate} per second asked for. It took
${Math.round(found.seconds)} s: ${Math.round(found.events / found.seconds)} per second. Meanwhile, one of the two workers was
ended with SIGKILL at random, ${found.kills} times, and started again.

## Each once

${markdownTable([['', 'count'], ...verified])}

## Live events meanwhile

20 live events per second, for the same handler. Every 45 s the replay was paused for 20 s, so that whatever else the machine
did disturbs the times with and without it alike. Milliseconds from the moment the event was stored to its effect, and the
ratio of the two. The last two lines include the events that came while one of the workers was missing.

${markdownTable([['', 'events', 'p50', '', 'p95', ''], ...live])}

## Memory

Resident MiB by the number of events that the replay had gone through. A worker that was just started is smaller.

${markdownTable([['events done', 'api', 'workers', 'Redis'], ...memory])}
`;
  return formatted(text, 'docs/benchmarks-replay.md');
}
