import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createEvent } from '../../src/event-factories/create-event.js';
import { percentile, steadyLoad } from '../../test/harness/steady-load.js';
import { readNumbers } from '../arguments.js';
import { BenchStack } from '../bench-stack.js';
import { SECRET } from '../load/prepared-requests.js';
import { median } from '../rounds.js';

const { forged, honest, seconds, rounds } = readNumbers(
  'npm run bench:abuse: how long honest events wait for their acknowledgement beside forged ones. Both per second.',
  { forged: 10_000, honest: 100, seconds: 10, rounds: 5 },
);

interface Flooded {
  sent: number;
  refused: number;
  broken: number;
  seconds: number;
}

/** What honest senders saw, in milliseconds. @throws Error when one was not acknowledged */
async function honestP99(url: string): Promise<number> {
  const events = Array.from({ length: honest * seconds }, () => createEvent('payment_intent.succeeded'));
  const asked = await steadyLoad(url, events, { path: '/webhook', secret: SECRET, perSecond: honest });
  const others = asked.filter(({ status }) => status !== 200);
  const told = new Set(others.map(({ status }) => status ?? 'nothing'));
  if (others.length > 0) throw new Error(`${others.length} honest events were told ${[...told].join(', ')}`);
  return percentile(asked, 99);
}

async function beside<T>(url: string, work: () => Promise<T>): Promise<{ result: T; flood: Flooded }> {
  const flood = fork(new URL('flood.ts', import.meta.url), [new URL(url).port, String(forged)]);
  const result = await work();
  flood.send('stop');
  const [counts] = (await once(flood, 'message')) as [Flooded];
  return { result, flood: counts };
}

/** What the process says of itself. Its longest delay is that since it was asked before. */
async function read(url: string): Promise<{ cpuSeconds: number; delayMs: number; residentMiB: number }> {
  const scrape = await (await fetch(`${url}/metrics`)).text();
  const value = (name: string) => Number(new RegExp(`^${name} (.+)$`, 'm').exec(scrape)?.[1]);
  return {
    cpuSeconds: value('process_cpu_seconds_total'),
    delayMs: value('nodejs_eventloop_lag_max_seconds') * 1_000,
    residentMiB: value('process_resident_memory_bytes') / 2 ** 20,
  };
}

const stack = await BenchStack.start();
try {
  const { url } = await stack.turnpike('features/no-op.ts', { ROLE: 'api' });
  await beside(url, () => honestP99(url)); // Warm
  const [alone, flooded, perSecond]: [number[], number[], number[]] = [[], [], []];
  const [cpuMicros, delays, memory]: [number[], number[], number[]] = [[], [], []];
  for (let round = 1; round <= rounds; round++) {
    const [before, quietP99, between] = [await read(url), await honestP99(url), await read(url)];
    alone.push(quietP99);
    const { result, flood } = await beside(url, () => honestP99(url));
    const after = await read(url);
    const ofHonest = between.cpuSeconds - before.cpuSeconds;
    cpuMicros.push(((after.cpuSeconds - between.cpuSeconds - ofHonest) / flood.refused) * 1e6);
    delays.push(after.delayMs);
    memory.push(after.residentMiB);
    flooded.push(result);
    perSecond.push(flood.refused / flood.seconds);
    const [quiet, loud] = [alone.at(-1) ?? 0, result].map((ms) => ms.toFixed(1));
    const rate = Math.round(flood.refused / flood.seconds).toLocaleString('en');
    console.log(
      `round ${round}: p99 ${quiet} ms alone, ${loud} ms beside ${rate} refusals/s, ${flood.broken} broken`,
    );
  }
  const ratio = median(alone.map((quiet, i) => (flooded[i] ?? Number.NaN) / quiet));
  console.log(`
${honest} honest events/s beside ${forged.toLocaleString('en')} forged ones/s, ${rounds} × ${seconds} s, all acknowledged
p99 alone    ${median(alone).toFixed(1)} ms
p99 beside   ${median(flooded).toFixed(1)} ms, ${ratio.toFixed(1)} ×
refused      ${Math.round(median(perSecond)).toLocaleString('en')} per second, for ${median(cpuMicros).toFixed(0)} µs of CPU each
memory       ${Math.max(...memory).toFixed(0)} MiB at most
event loop   late by ${Math.max(...delays).toFixed(0)} ms at most`);
} finally {
  await stack.stop();
}
process.exit();
