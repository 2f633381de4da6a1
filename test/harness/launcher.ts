import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { Lines } from './lines.js';

const root = path.resolve(process.cwd());

/** Where a launcher works, and what it is started by. */
export interface LauncherOptions {
  dataDir: string;
  port: number;
  env?: NodeJS.ProcessEnv;
  /** Default: as `npm start` does. */
  command?: readonly string[];
}

/** One `npm start`. */
export class Launcher {
  readonly output = new Lines();
  /** The process is gone; what it started may still run. */
  readonly exited: Promise<unknown>;
  /** Nobody can say any more: what it started, and shares its output with, is gone too. */
  readonly exitCode: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor({
    dataDir,
    port,
    env = {},
    command = [process.execPath, 'scripts/start.mjs'],
  }: LauncherOptions) {
    const [program = '', ...args] = command;
    this.child = spawn(program, args, {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        npm_lifecycle_event: 'start', // so that it ends when this test run is killed
        DATA_DIR: dataDir,
        PORT: String(port),
        ...env,
      },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) if (stream) this.output.read(stream);
    this.exited = once(this.child, 'exit');
    this.exitCode = once(this.child, 'close').then(([code]) => code as number | null);
  }

  get pid(): number {
    return this.child.pid ?? NaN;
  }

  /** Runs until it serves; fails with what it said when it ends before. */
  async ready(): Promise<this> {
    const ended = this.exitCode.then((code) => {
      throw new Error(`It ended (exit code ${code}) instead of starting:\n${this.output.text}`);
    });
    await Promise.race([this.output.until(/Turnpike is ready/), ended]);
    return this;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

/** A running process, as /proc shows it. */
export interface SeenProcess {
  pid: number;
  parent: number;
  command: string;
}

/** Everything that works for or in a folder: by its environment, its command line or its working folder. */
export function processesOf(folder: string): SeenProcess[] {
  const read = (file: () => string) => {
    try {
      return file();
    } catch {
      return ''; // gone
    }
  };
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .flatMap((pid) => {
      const stat = /\) (\w) (\d+) /.exec(read(() => readFileSync(`/proc/${pid}/stat`, 'utf8')));
      const command = read(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
      const works = [
        read(() => readlinkSync(`/proc/${pid}/cwd`)),
        read(() => readFileSync(`/proc/${pid}/environ`, 'utf8')),
        command,
      ].some((text) => text.includes(folder));
      const runs = stat && stat[1] !== 'Z' && stat[1] !== 'X';
      return works && runs ? [{ pid: Number(pid), parent: Number(stat[2]), command }] : [];
    });
}
