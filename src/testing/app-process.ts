import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { inheritedEnvironment } from '../config/env.js';

const loader = fileURLToPath(new URL('typescript-loader.mjs', import.meta.url));

/** What the child says when it listens. */
const READY = /^ready (http:\S+)$/;

/** An application in a process of its own, which a test may kill. */
export class AppProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    private readonly lines: string[],
  ) {}

  /**
   * Runs a TypeScript file that prints `ready <url>` when it listens. The child can tell by its `disconnect` that this
   * process has died.
   *
   * @param file - path of the file
   * @param env - all that the child is told, beside `PATH`
   * @param decided - for a child that first waits for a message: `true` sends it, `false` kills the child
   * @throws when it ends before, with what it said
   */
  static async launch(
    file: string,
    args: string[],
    env: Record<string, string>,
    decided?: Promise<boolean>,
  ): Promise<AppProcess> {
    const child = spawn(process.execPath, ['--import', loader, file, ...args], {
      env: { PATH: inheritedEnvironment().PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    void decided?.then((goOn) => (goOn ? child.connected && child.send('begin') : child.kill('SIGKILL')));
    const [stdout, stderr] = [child.stdout as Readable, child.stderr as Readable];
    const lines: string[] = [];
    stderr.on('data', (text: Buffer) => lines.push(text.toString()));
    for await (const line of createInterface({ input: stdout })) {
      lines.push(line);
      const url = READY.exec(line)?.[1];
      if (url) {
        stdout.on('data', (text: Buffer) => lines.push(text.toString()));
        return new AppProcess(child, url, lines);
      }
    }
    throw new Error(`The application did not start:\n${lines.join('\n')}`);
  }

  /** Everything it wrote, for messages of failing tests. */
  get output(): string {
    return this.lines.join('\n');
  }

  /** Waits until it has written something that matches. */
  async says(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.output)) await once(this.child.stdout as Readable, 'data');
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Waits until it is gone, whoever ends it; resolves with the signal that did, if one did. */
  async ended(): Promise<NodeJS.Signals | null> {
    const { child } = this;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child.signalCode;
  }

  /** Ends it and waits for its end; resolves with its exit code, `null` after a signal that it did not handle. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exited = once(child, 'exit');
    child.kill(signal);
    if (signal === 'SIGKILL') child.kill('SIGCONT');
    await exited;
    return child.exitCode;
  }

  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }
}
