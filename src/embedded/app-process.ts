import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { sendSignal, waitUntil } from './processes.js';

const startTimeoutMs = 60_000;

/** As in the Dockerfile, which says why. */
const nodeOptions = ['--enable-source-maps', '--max-semi-space-size=32'];

/** The application, as a child process in its own group: a Ctrl-C reaches only the launcher, which stops in order. */
export class AppProcess {
  /** Its exit code, once it has ended; 1 when a signal ended it. */
  readonly exited: Promise<number>;
  private readonly child: ChildProcess;
  private exitCode: number | undefined;

  constructor(file: string, env: NodeJS.ProcessEnv) {
    this.child = spawn(process.execPath, [...nodeOptions, file], {
      env,
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    this.exited = new Promise((resolve) => {
      this.child.once('exit', (code) => resolve((this.exitCode = code ?? 1)));
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /**
   * Waits until it answers on this address.
   *
   * @throws when it ends before, or gives no answer in a minute
   */
  async answers(url: string, signal: AbortSignal): Promise<void> {
    const answered = await waitUntil(async () => {
      signal.throwIfAborted();
      return this.exitCode !== undefined || isOk(url);
    }, startTimeoutMs);
    if (this.exitCode !== undefined) {
      throw new Error(`The app has ended with exit code ${this.exitCode} instead of starting; see above.`);
    }
    if (!answered)
      throw new Error(`The app did not answer on ${url} within ${startTimeoutMs / 1_000} seconds.`);
  }

  /** Lets it finish what it is at; kills it when that takes too long (in milliseconds) or somebody is impatient. */
  async stop(graceMs: number, forced: AbortSignal): Promise<void> {
    const { pid } = this.child;
    if (pid === undefined) return;
    const kill = () => sendSignal(-pid, 'SIGKILL');
    forced.addEventListener('abort', kill);
    const timeout = setTimeout(kill, graceMs);
    if (this.exitCode === undefined) sendSignal(pid, forced.aborted ? 'SIGKILL' : 'SIGTERM');
    await this.exited;
    clearTimeout(timeout);
    forced.removeEventListener('abort', kill);
  }
}

async function isOk(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false;
  }
}
