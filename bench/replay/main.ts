import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEvent } from '../../src/event-factories/create-event.js';
import type { ReplayAnswer } from '../../src/event-replay/replay-answer.js';
import { readNumbers } from '../arguments.js';
import { BenchStack } from '../bench-stack.js';
import { Fleet } from './fleet.js';
import { type Handled, liveLoad, timesOf } from './live-load.js';
import { residentMiB } from '../processes.js';
import type { MemorySample } from './memory.js';
import { report } from './report.js';
import { EFFECT_TABLE, EVENTS, FILL_EVENTS, FILL_RUNS, VERIFY } from './tables.js';

const { rate } = readNumbers(
  'npm run bench:replay: many events replayed while workers die and live events come in; how many per second is said by --rate. Writes docs/benchmarks-replay.md.',
  { rate: 300 },
);
/** The replay is paused again and again, so that what else the machine does disturbs both times alike. */
const BUSY_MS = 45_000;
const QUIET_MS = 20_000;
const HEADERS = { Authorization: `Bearer ${'bench'.repeat(8)}`, 'Content-Type': 'application/json' };

/** While the replay was paused; it was quiet when the last of its runs had ended. */
interface Pause {
  from: number;
  quietFrom: number;
  to: number;
}

const isIn = (at: Date, from: number, to: number): boolean => at.getTime() >= from && at.getTime() <= to;

const stack = await BenchStack.start();
try {
  const { db, servers } = stack;
  await db.query(EFFECT_TABLE);
  await db.query(FILL_EVENTS, [
    JSON.stringify(createEvent('payment_intent.succeeded', { id: 'evt_template' })),
  ]);
  await db.query(FILL_RUNS);
  await db.query('VACUUM (ANALYZE) stripe_event, handler_run');
  await db.query('CHECKPOINT');
  const api = await stack.turnpike('replay/handlers.ts', { ROLE: 'api' });
  const fleet = await Fleet.start(() => stack.turnpike('replay/handlers.ts', { ROLE: 'worker' }));

  const warmUp = Date.now() + 10_000;
  await liveLoad(db, api.url, () => Date.now() > warmUp);

  const answer = await fetch(`${api.url}/admin/replays`, {
    method: 'POST',
    headers: HEADERS,
    body: JSON.stringify({ filter: { status: 'dead' }, ratePerSecond: rate, reason: 'benchmark' }),
  });
  const { id } = (await answer.json()) as ReplayAnswer;
  const began = performance.now();
  let replay = await show(id);
  const isDone = () =>
    replay.status === 'completed' && replay.runs.pending + replay.runs.running + replay.runs.retrying === 0;
  const memory: MemorySample[] = [];
  const watch = async () => {
    while (!isDone()) {
      replay = await show(id);
      const { done } = replay.events;
      if (done >= (memory.length * EVENTS) / 10) memory.push(await sample(done));
      await sleep(1_000);
    }
    memory.push(await sample(replay.events.done));
  };
  const pauses: Pause[] = [];
  const alternate = async () => {
    while (!isDone()) {
      await until(isDone, BUSY_MS);
      if (replay.status !== 'running') return;
      const from = Date.now();
      await order('pause');
      while (replay.runs.pending + replay.runs.running > 0) await sleep(500);
      const quietFrom = Date.now();
      await sleep(QUIET_MS);
      pauses.push({ from, quietFrom, to: Date.now() });
      await order('resume');
    }
  };
  const [live] = await Promise.all([
    liveLoad(db, api.url, isDone),
    watch(),
    alternate(),
    fleet.killAtRandom(10_000, 25_000, () => replay.events.done > 0.6 * EVENTS),
  ]);
  const pausedMs = pauses.reduce((sum, { from, to }) => sum + to - from, 0);
  const seconds = (performance.now() - began - pausedMs) / 1_000;
  const isQuiet = ({ received }: Handled) =>
    pauses.some(({ quietFrom, to }) => isIn(received, quietFrom, to));
  const isBusy = ({ received }: Handled) => !pauses.some(({ from, to }) => isIn(received, from, to));
  const isWhole = ({ received }: Handled) => !fleet.wasShort(received);

  const { rows } = await db.query<Record<string, number>>(VERIFY);
  const verified = rows[0] ?? {};
  const { rows: versions } = await db.query<{ server_version: string }>('SHOW server_version');
  const page = await report({
    ...{ postgres: versions[0]?.server_version ?? '', events: EVENTS, rate, seconds },
    ...{ kills: fleet.gaps.length, verified, memory },
    live: {
      'both workers there, no replay': timesOf(live.filter(isQuiet).filter(isWhole)),
      'both workers there, replay': timesOf(live.filter(isBusy).filter(isWhole)),
      'always, no replay': timesOf(live.filter(isQuiet)),
      'always, replay': timesOf(live.filter(isBusy)),
    },
  });
  for (const what of ['effects', 'eventsWithEffect', 'runsSucceeded', 'runs']) {
    if (verified[what] !== EVENTS) throw new Error(`${what}: ${verified[what]}\n${page}`);
  }
  writeFileSync('docs/benchmarks-replay.md', page);
  console.log(page);

  async function show(replayId: string): Promise<ReplayAnswer> {
    const shown = await fetch(`${api.url}/admin/replays/${replayId}`, { headers: HEADERS });
    return (await shown.json()) as ReplayAnswer;
  }

  async function order(what: 'pause' | 'resume'): Promise<void> {
    await fetch(`${api.url}/admin/replays/${id}/${what}`, { method: 'POST', headers: HEADERS, body: '{}' });
    replay = await show(id);
  }

  async function until(condition: () => boolean, timeoutMs: number): Promise<void> {
    const ends = Date.now() + timeoutMs;
    while (!condition() && Date.now() < ends) await sleep(500);
  }

  async function sample(done: number): Promise<MemorySample> {
    const workers = await Promise.all(fleet.workers.map(({ pid }) => residentMiB(pid)));
    const taken = {
      done,
      api: await residentMiB(api.pid),
      workers,
      redis: await residentMiB(servers.redis.pid),
    };
    console.log(
      JSON.stringify({ ...taken, open: replay.runs.pending + replay.runs.running, kills: fleet.gaps.length }),
    );
    return taken;
  }
} finally {
  await stack.stop();
}
