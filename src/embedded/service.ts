import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, renameSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataFolder } from './data-folder.js';
import { stopPlans } from './data-folder.js';
import type { Command } from './processes.js';
import { identify, processTree, readOrEmpty, sendSignal, stopProcess, waitUntil } from './processes.js';

const startTimeoutMs = 60_000;
const firstRestartDelayMs = 200;
const longestRestartDelayMs = 10_000;
const largestLogBytes = 5_000_000;

/** What a {@link Service} runs. */
export interface ServiceDefinition {
  readonly kind: 'postgres' | 'redis';
  /** Its name for humans. */
  readonly title: string;
  readonly command: Command;
  /** Waits until it can be started, where something has to be over first. */
  readonly beforeStart?: () => Promise<unknown>;
  readonly isReady: (pid: number) => boolean | Promise<boolean>;
}

/** A server process that is started, watched and stopped; with `autoRestart`, started again when it dies. */
export class Service {
  private child: ChildProcess | undefined;
  private exited: Promise<string> = Promise.resolve('not started');
  private wanted = new AbortController();
  private recovery: Promise<void> | undefined;

  constructor(
    private readonly definition: ServiceDefinition,
    private readonly folder: DataFolder,
    private readonly autoRestart: boolean,
  ) {
    this.wanted.abort();
  }

  /** The running process, `undefined` while there is none. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts it and waits until it answers. */
  async start(): Promise<void> {
    if (this.child) throw new Error(`${this.definition.title} runs already (process ${this.child.pid})`);
    this.wanted = new AbortController();
    try {
      await this.launch();
    } catch (error) {
      this.wanted.abort();
      throw error;
    }
  }

  /** Stops it in good order, by force only where that does not help, and waits until it is gone. */
  async stop(): Promise<void> {
    this.wanted.abort();
    this.thaw();
    const identity = identify(this.pid);
    if (identity) await stopProcess(identity, stopPlans[this.definition.kind]);
    await this.exited;
    await this.recovery;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Sends a signal that ends it, `SIGKILL` by default, as if something else had, and waits until it is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { pid, exited } = this;
    if (pid === undefined) return;
    const tree = processTree(pid);
    sendSignal(pid, signal);
    for (const member of tree) sendSignal(member, 'SIGCONT'); // a frozen child would not notice
    if (!this.autoRestart) this.wanted.abort();
    await exited;
  }

  /** Stops it in its tracks, children included: connections stay open and get no answer. */
  freeze(): void {
    for (const pid of this.pid ? processTree(this.pid) : []) sendSignal(pid, 'SIGSTOP');
  }

  thaw(): void {
    for (const pid of this.pid ? processTree(this.pid) : []) sendSignal(pid, 'SIGCONT');
  }

  private async launch(): Promise<void> {
    await this.definition.beforeStart?.();
    this.wanted.signal.throwIfAborted();
    const child = this.spawn();
    let ended = false;
    this.exited = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    void this.exited.then(() => {
      ended = true;
      this.child = undefined;
    });
    const { pid } = child;
    const answers = pid && (await waitUntil(() => ended || this.definition.isReady(pid), startTimeoutMs));
    if (!answers || ended) throw await this.startFailure(pid, ended);
    void this.exited.then((reason) => this.onUnexpectedExit(reason));
  }

  private async startFailure(pid: number | undefined, ended: boolean): Promise<Error> {
    if (pid && !ended) sendSignal(-pid, 'SIGKILL');
    const reason = await this.exited;
    return new Error(
      `${this.definition.title} did not start (${ended || !pid ? reason : 'no answer in time'}). ` +
        `The end of ${this.logFile}:\n${this.lastLogLines()}`,
    );
  }

  private spawn(): ChildProcess {
    const { kind, command } = this.definition;
    if (existsSync(this.logFile) && statSync(this.logFile).size > largestLogBytes) {
      renameSync(this.logFile, `${this.logFile}.1`);
    }
    const log = openSync(this.logFile, 'a', 0o600);
    try {
      return (this.child = this.folder.spawn(kind, { ...command, cwd: this.folder.path }, [log, log]));
    } finally {
      closeSync(log);
    }
  }

  private onUnexpectedExit(reason: string): void {
    if (this.wanted.signal.aborted) return;
    this.folder.log(`${this.definition.title} has stopped by itself (${reason}).`);
    if (this.autoRestart) this.recovery = this.recover();
  }

  private async recover(): Promise<void> {
    const { signal } = this.wanted;
    for (
      let delay = firstRestartDelayMs;
      !signal.aborted;
      delay = Math.min(2 * delay, longestRestartDelayMs)
    ) {
      try {
        await sleep(delay, undefined, { signal });
        await this.launch();
        this.folder.log(`${this.definition.title} runs again (process ${this.pid}).`);
        return;
      } catch (error) {
        if (!signal.aborted) this.folder.log(error instanceof Error ? error.message : String(error));
      }
    }
  }

  private get logFile(): string {
    return `${this.folder.path}/log/${this.definition.kind}.log`;
  }

  private lastLogLines(): string {
    return readOrEmpty(this.logFile).trimEnd().split('\n').slice(-8).join('\n');
  }
}
