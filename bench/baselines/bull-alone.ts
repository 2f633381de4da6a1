import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { NODE_OPTIONS } from './server-process.js';

const loader = new URL('../../test/harness/typescript-loader.mjs', import.meta.url).pathname;
const file = new URL('bull-jobs.ts', import.meta.url).pathname;

/** Runs bull-jobs.ts, which says what the modes mean. */
export async function bullAlone(
  mode: 'rate' | 'startDelay',
  redisUrl: string,
  { jobs, concurrency = 1 }: { jobs: number; concurrency?: number },
): Promise<number> {
  const args = ['--import', loader, file, mode, String(jobs), String(concurrency)];
  const env = {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    NODE_OPTIONS,
    BASELINE: JSON.stringify({ redisUrl }),
  };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return Number(/^result (\S+)$/m.exec(stdout)?.[1]);
}
