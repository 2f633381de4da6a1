import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import path from 'node:path';
import type { Type } from '@nestjs/common';
import { type AppOptions, testEnvironment } from './app.js';

/** What the child says when it listens: see app-process.main.ts. */
const READY = /^ready (http:\S+)$/;

/** An application in a process of its own, which a test may kill. Handlers come from a module file. */
export class AppProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    private readonly lines: string[],
  ) {}

  /** @param features - path of a file, relative to test/, that exports `features: Type[]` */
  static async start(options: Omit<AppOptions, 'features'>, features?: string): Promise<AppProcess> {
    const here = path.join(process.cwd(), 'test/harness');
    const args = ['--import', `${here}/typescript-loader.mjs`, `${here}/app-process.main.ts`];
    if (features) args.push(path.join(process.cwd(), 'test', features));
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env.PATH, ...testEnvironment(options) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines: string[] = [];
    child.stderr.on('data', (text: Buffer) => lines.push(text.toString()));
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      const url = READY.exec(line)?.[1];
      if (url) {
        child.stdout.on('data', (text: Buffer) => lines.push(text.toString()));
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

/** What a module file for {@link AppProcess.start} exports. */
export interface FeaturesFile {
  features: Type[];
}
