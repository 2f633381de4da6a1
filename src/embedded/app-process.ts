import type { ChildProcess } from 'node:child_process';
import type { DataFolder } from './data-folder.js';
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
  private ready = false;

  constructor(folder: DataFolder, file: string, env: NodeJS.ProcessEnv) {
    const command = { program: process.execPath, args: [...nodeOptions, file], env };
    this.child = folder.spawn('app', command, ['inherit', 'inherit', 'ipc']);
    this.child.once('message', () => (this.ready = true));
    this.exited = new Promise((resolve) => {
      this.child.once('exit', (code) => resolve((this.exitCode = code ?? 1)));
    });
  }

  /**
   * Waits until it says that it listens: on its port, another program could answer.
   *
   * @throws when it ends before, or says nothing in a minute
   */
  async listens(signal: AbortSignal): Promise<void> {
    const said = await waitUntil(() => {
      signal.throwIfAborted();
      return this.exitCode !== undefined || this.ready;
    }, startTimeoutMs);
    if (this.exitCode !== undefined) {
      throw new Error(`The app has ended with exit code ${this.exitCode} instead of starting; see above.`);
    }
    if (!said) throw new Error(`The app did not listen within ${startTimeoutMs / 1_000} seconds.`);
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
