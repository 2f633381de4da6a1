import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');
const notCopied = new Set(['node_modules', 'dist', '.data', '.git', 'coverage']);

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A copy of the project that a test may change, with the same installed packages. */
export class CheckoutCopy {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'turnpike-checkout-'));

  constructor() {
    for (const name of readdirSync(root)) {
      if (!notCopied.has(name))
        cpSync(path.join(root, name), path.join(this.folder, name), { recursive: true });
    }
    symlinkSync(path.join(root, 'node_modules'), path.join(this.folder, 'node_modules'));
  }

  /** Runs the command line that was built from the original, here. */
  turnpike(args: readonly string[], cwd = this.folder): Promise<Ended> {
    return ended([path.join(root, 'dist/src/cli/main.js'), ...args], cwd);
  }

  /** Runs a development tool, such as `typescript/bin/tsc`. */
  tool(program: string, ...args: string[]): Promise<Ended> {
    return ended([path.join('node_modules', program), ...args], this.folder);
  }

  read(file: string): string {
    return readFileSync(path.join(this.folder, file), 'utf8');
  }

  /** Every file of what a feature can be in, with its content. */
  sources(): Map<string, string> {
    const files = ['src/features', 'migrations', 'test/features'].flatMap((folder) =>
      readdirSync(path.join(this.folder, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(this.folder, path.join(entry.parentPath, entry.name))),
    );
    return new Map(files.map((file) => [file, this.read(file)]));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function ended(args: string[], cwd: string): Promise<Ended> {
  // A jest within a jest must not take itself for a worker of the outer one.
  const { JEST_WORKER_ID: _worker, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env, maxBuffer: 2 ** 26 }, (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err });
    });
  });
}
