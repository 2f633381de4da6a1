import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Settings } from './serve.js';

export const loader = new URL('../../test/harness/typescript-loader.mjs', import.meta.url).pathname;

/** As Turnpike's image has it. Here all have it. */
export const NODE_OPTIONS = '--max-semi-space-size=32';

/** The environment of a baseline. */
export const baselineEnvironment = (baseline: Partial<Settings>): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  NODE_ENV: 'production',
  NODE_OPTIONS,
  BASELINE: JSON.stringify(baseline),
});

/** A baseline in a process of its own. */
export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(name: string, baseline: Settings): Promise<ServerProcess> {
    const file = new URL(`${name}.ts`, import.meta.url).pathname;
    const child = spawn(process.execPath, ['--import', loader, file], {
      env: baselineEnvironment(baseline),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const url = /^ready (\S+)$/.exec(line)?.[1];
      if (url) return new ServerProcess(child, url);
    }
    throw new Error(`The baseline ${name} did not start`);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }
}
