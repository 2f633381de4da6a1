import { spawn, spawnSync } from 'node:child_process';

/** What became of requests that were sent. */
export interface Sent {
  /** Answers with the status 200. */
  accepted: number;
  seconds: number;
}

interface Counted extends Sent {
  /** Answers with another status. */
  refused: number;
  /** Connections that failed, broke or timed out. */
  broken: number;
}

const LOADER = new URL('../../test/harness/typescript-loader.mjs', import.meta.url).pathname;
const at = (file: string) => new URL(file, import.meta.url).pathname;

const wrk = /^wrk (\S+)/.exec(spawnSync('wrk', ['-v'], { encoding: 'utf8' }).stdout ?? '')?.[1];

/** What sends the load: wrk where it is installed, else a loader in Node, which takes more of the processor. */
export const loadGenerator =
  wrk === undefined ? 'bench/load/node-loader.ts (wrk is not installed)' : `wrk ${wrk}`;

/**
 * Sends prepared requests, each once, as fast as this many connections carry them, for at most this long.
 *
 * @throws Error when one is not acknowledged
 */
export async function sendRequests(
  url: string,
  file: string,
  { connections = 32, seconds }: { connections?: number; seconds: number },
): Promise<Sent> {
  const stdout = await (wrk === undefined
    ? outputOf(process.execPath, ['--import', LOADER, at('node-loader.ts'), url, file, connections, seconds])
    : outputOf('wrk', [
        ...['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '60s'],
        ...['-s', at('wrk.lua'), url, '--', file],
      ]));
  const result = /^result (.+)$/m.exec(stdout)?.[1];
  if (!result) throw new Error(`The load generator said nothing of a result:\n${stdout}`);
  const { accepted, seconds: took, refused, broken } = JSON.parse(result) as Counted;
  if (refused + broken > 0) {
    throw new Error(`${url}: ${refused} events were refused, ${broken} connections broke or timed out`);
  }
  return { accepted, seconds: took };
}

const AGAIN_MS = 100;

/** Runs a program that says when it has sent all; then it is interrupted, again if it was not ready for that. */
function outputOf(program: string, args: (string | number)[]): Promise<string> {
  const child = spawn(program, args.map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  let interrupting: NodeJS.Timeout | undefined;
  child.stdout.on('data', (text: Buffer) => {
    output += text.toString();
    if (interrupting || !output.includes('all sent\n')) return;
    child.kill('SIGINT');
    interrupting = setInterval(() => child.kill('SIGINT'), AGAIN_MS);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      clearInterval(interrupting);
      resolve(output);
    });
  });
}
