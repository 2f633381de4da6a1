import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What wrk saw. Times in milliseconds. */
export interface Load {
  requests: number;
  seconds: number;
  p50: number;
  p99: number;
  /** Answers other than 200. */
  refused: number;
  /** Connections that failed, broke or timed out. */
  broken: number;
}

const script = new URL('wrk.lua', import.meta.url).pathname;

/** Sends prepared requests as fast as this many connections carry them, for at most this long. */
export async function wrk(
  url: string,
  file: string,
  { connections = 32, seconds }: { connections?: number; seconds: number },
): Promise<Load> {
  const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script, url];
  const { stdout } = await promisify(execFile)('wrk', [...options, '--', file]);
  const result = /^result (.+)$/m.exec(stdout)?.[1];
  if (!result) throw new Error(`wrk said nothing of a result:\n${stdout}`);
  return JSON.parse(result) as Load;
}
