import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { baselineEnvironment, loader } from './server-process.js';

const file = new URL('bull-jobs.ts', import.meta.url).pathname;

/** Runs bull-jobs.ts, which says what the modes mean. */
export async function bullAlone(
  mode: 'rate' | 'startDelay',
  redisUrl: string,
  { jobs, concurrency = 1 }: { jobs: number; concurrency?: number },
): Promise<number> {
  const args = ['--import', loader, file, mode, String(jobs), String(concurrency)];
  const env = baselineEnvironment({ redisUrl });
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return Number(/^result (\S+)$/m.exec(stdout)?.[1]);
}
