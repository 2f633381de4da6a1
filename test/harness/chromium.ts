import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const programs = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const macOS = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** A Chromium to test with: `$CHROMIUM`, else one on the PATH, else Chrome on macOS. */
export function findChromium(): string | undefined {
  const given = process.env.CHROMIUM;
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const known = folders.flatMap((folder) => programs.map((name) => path.join(folder, name)));
  return (given ? [given] : [...known, macOS]).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const flags = [
  '--headless=new',
  '--no-sandbox', // its own sandbox does not work for root, nor in most containers; it only opens our own pages
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-breakpad',
];

/** What became of a page once its scripts had nothing left to do. */
export interface RenderedPage {
  html: string;
  /** What the console shows, one line each: errors, and what the page was not allowed to do. */
  console: string[];
}

/** Opens a page in a headless Chromium with an empty profile, until it rests. */
export async function renderPage(program: string, url: string): Promise<RenderedPage> {
  const profile = mkdtempSync(path.join(os.tmpdir(), 'turnpike-chromium-'));
  const untilRest = ['--dump-dom', '--virtual-time-budget=30000', '--enable-logging=stderr'];
  const env = { PATH: process.env.PATH, HOME: profile, TMPDIR: profile };
  try {
    const { stdout, stderr } = await promisify(execFile)(
      program,
      [...flags, ...untilRest, `--user-data-dir=${profile}`, url],
      { env, maxBuffer: 32 * 1024 * 1024 },
    );
    return { html: stdout, console: stderr.split('\n').filter((line) => line.includes(':CONSOLE')) };
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

/** A headless Chromium with an empty profile of its own. */
export class Chromium {
  private constructor(
    private readonly child: ChildProcess,
    private readonly profile: string,
  ) {}

  /** Starts it with a page; what the page does is for the page to tell. */
  static open(program: string, url: string): Chromium {
    const profile = mkdtempSync(path.join(os.tmpdir(), 'turnpike-chromium-'));
    const args = [...flags, `--user-data-dir=${profile}`, url];
    // What it leaves behind belongs into the folder that goes with it.
    const env = { PATH: process.env.PATH, HOME: profile, TMPDIR: profile };
    // A process group of its own: the browser has many processes, and all of them must end with it.
    return new Chromium(spawn(program, args, { stdio: 'ignore', detached: true, env }), profile);
  }

  /** Rejects when the browser ends before `work` is done. */
  async during<T>(work: Promise<T>): Promise<T> {
    const ended = Promise.race([
      once(this.child, 'exit').then(([code]) => `ended with ${code}`),
      once(this.child, 'error').then(([error]) => `did not start: ${String(error)}`),
    ]);
    return Promise.race([
      work,
      ended.then((how): never => {
        throw new Error(`The browser ${how}`);
      }),
    ]);
  }

  async close(): Promise<void> {
    const { child, profile } = this;
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      process.kill(-child.pid, 'SIGKILL');
      await exited;
    }
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}
