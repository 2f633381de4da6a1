import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Lines } from '../harness/lines.js';

const root = path.resolve(__dirname, '../..');

/** How a command ended. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly out: string;
  readonly err: string;
}

/** A command that still runs. */
export interface Running {
  /** Resolves once standard error has a line like this. */
  says(pattern: RegExp): Promise<string>;
  interrupt(): void;
  readonly outcome: Promise<Outcome>;
}

type Variables = Record<string, string>;

/** The real command line, each command a process of its own that sees only the variables it is given. */
export class CommandLine {
  /** The working folder of the commands. */
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'turnpike-cli-'));
  /** The folder of a development stack; a test that needs it makes it. */
  readonly dataDir = path.join(this.folder, 'data');

  constructor(private readonly variables: Variables = {}) {}

  /** Compiles what is stale. */
  static async build(): Promise<void> {
    await promisify(execFile)(process.execPath, [path.join(root, 'scripts/build-if-stale.mjs')]);
  }

  start(args: readonly string[], variables: Variables = {}): Running {
    const child = spawn(process.execPath, [path.join(root, 'dist/src/cli/main.js'), ...args], {
      cwd: this.folder,
      env: { DATA_DIR: this.dataDir, ...this.variables, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    const lines = new Lines();
    lines.read(child.stderr);
    const outcome = once(child, 'close').then((): Outcome => {
      const bytes = Buffer.concat(stdout);
      return { code: child.exitCode, stdout: bytes, out: bytes.toString(), err: lines.text };
    });
    return { says: (pattern) => lines.until(pattern), interrupt: () => void child.kill('SIGINT'), outcome };
  }

  run(args: readonly string[], variables?: Variables): Promise<Outcome> {
    return this.start(args, variables).outcome;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
