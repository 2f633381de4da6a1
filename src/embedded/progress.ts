import type { Log } from './data-folder.js';

/** A time for humans: `85 ms`, `4.2 s`. */
const duration = (ms: number) => (ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`);

/** Does a slow step, saying when it begins and how long it took. */
export async function step<T>(log: Log, title: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  log(`${title} ...`);
  const result = await work();
  log(`${title}: done in ${duration(performance.now() - start)}`);
  return result;
}
