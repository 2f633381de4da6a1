import Queue from 'bull';
import { settings } from './serve.js';

/** Bull alone, with jobs that do nothing. Prints one number: see the two modes. */
const [mode = 'rate', count = '1000', concurrency = '10'] = process.argv.slice(2);
const queue = new Queue<{ at: number }>(`bench-${mode}`, settings().redisUrl, { prefix: '{baseline-jobs}' });
const options = { removeOnComplete: true };
const jobs = Number(count);
const now = () => performance.timeOrigin + performance.now();

/** Jobs per second, all of them waiting before the first is taken. */
async function rate(): Promise<number> {
  await queue.addBulk(Array.from({ length: jobs }, () => ({ data: { at: 0 }, opts: options })));
  return new Promise((resolve) => {
    let done = 0;
    const started = performance.now();
    void queue.process(Number(concurrency), async () => {});
    queue.on('completed', () => {
      if (++done === jobs) resolve(jobs / ((performance.now() - started) / 1_000));
    });
  });
}

/** The 99th percentile of the time from the end of `add` to the start of the job, one at a time, in milliseconds. */
async function startDelay(): Promise<number> {
  const added = new Map<string, number>();
  const delays: number[] = [];
  let started = (_id: string) => {};
  void queue.process(1, async ({ id }) => {
    const at = now();
    await Promise.resolve();
    delays.push(at - (added.get(String(id)) ?? at));
    started(String(id));
  });
  await queue.isReady();
  for (let i = 0; i < jobs; i++) {
    const ran = new Promise((resolve) => {
      started = resolve;
    });
    const { id } = await queue.add({ at: 0 }, options);
    added.set(String(id), now());
    await ran;
  }
  return delays.toSorted((a, b) => a - b)[Math.ceil(delays.length * 0.99) - 1] ?? Number.NaN;
}

console.log(`result ${mode === 'rate' ? await rate() : await startDelay()}`);
process.exit();
