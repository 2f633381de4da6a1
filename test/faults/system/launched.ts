import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { runningServices } from '../../../src/embedded/development-settings.js';
import { freePort } from '../../../src/embedded/ports.js';
import { sendSignal } from '../../../src/embedded/processes.js';
import { Launcher, processesOf } from '../../harness/launcher.js';
import { appEnvironment, EFFECT_TABLE } from './app-environment.js';
import type { Installation, Launch } from './installation.js';
import { Outside } from './outside.js';
import { SigningKeys } from './signing-keys.js';

/** What is killed together with the launcher. */
export type Company = 'nothing' | 'its guard' | 'everything';

interface Start {
  launcher: Launcher;
  launch: Launch;
}

/** `npm start` as a system under test: one process that receives and works, with a Postgres and a Redis of its own. */
export class Launched implements Installation {
  readonly keys = new SigningKeys();
  private starts: Start[] = [];
  private current: Start | undefined;
  private databaseUrl = '';

  private constructor(
    private readonly dir: string,
    private readonly port: number,
    readonly outside: Outside,
  ) {}

  static async start(): Promise<Launched> {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'turnpike-launched-'));
    const launched = new Launched(dir, await freePort(), await Outside.start());
    await launched.launch();
    await launched.query(EFFECT_TABLE);
    return launched;
  }

  addressOf(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async query<R extends object>(text: string, values: unknown[] = []): Promise<R[]> {
    const client = new Client({ connectionString: this.databaseUrl });
    await client.connect();
    try {
      return (await client.query(text, values)).rows as R[];
    } finally {
      await client.end();
    }
  }

  /** Starts it, and waits until it serves or has ended; what came of it is for the checker to judge. */
  async launch(): Promise<void> {
    const start = this.begin(this.port);
    const { launcher, launch } = start;
    this.current = start;
    try {
      await Promise.race([launcher.ready(), untilKilled(start)]);
      launch.end = 'ready';
      launch.leftovers = strangersTo(launcher.pid, this.dir);
      this.databaseUrl = runningServices(this.dir)?.databaseUrl ?? this.databaseUrl;
    } catch (error) {
      launch.said = error instanceof Error ? error.message : String(error);
      if (this.current === start) this.current = undefined;
    }
  }

  /** A second one on the same folder while the first one has it. */
  async launchRival(): Promise<void> {
    const { launcher, launch } = this.begin(await freePort());
    launch.taken = true;
    const ended = await Promise.race([launcher.exitCode, launcher.ready().catch(() => 'ended')]);
    launch.said = launcher.output.text;
    if (ended === launcher) launch.end = 'ready';
    else if (launch.said.includes('already runs on')) launch.end = 'refused';
    launcher.signal('SIGTERM');
  }

  /** Ends it with `kill -9`, with nothing else or with what it started, and waits until it is gone. */
  async kill(company: Company): Promise<void> {
    if (!this.current) return;
    const { launcher, launch } = this.current;
    this.current = undefined;
    if (launch.end !== 'ready') launch.end = 'killed';
    for (const { pid, command } of processesOf(this.dir)) {
      const goesToo = company === 'everything' || (company === 'its guard' && command.includes(' guard '));
      if (pid === launcher.pid || goesToo) sendSignal(pid, 'SIGKILL');
    }
    await launcher.exited;
  }

  freeze(): void {
    this.current?.launcher.signal('SIGSTOP');
  }

  thaw(): void {
    this.current?.launcher.signal('SIGCONT');
  }

  async heal(): Promise<void> {
    this.thaw();
    if (!this.current) await this.launch();
    if (!this.current)
      throw new Error(`npm start does not come up again: ${this.starts.at(-1)?.launch.said}`);
  }

  takeLaunches(): Launch[] {
    const launches = this.starts.map(({ launch }) => launch);
    this.starts = this.current ? [this.current] : [];
    return launches;
  }

  keepLogs(folder: string): void {
    cpSync(path.join(this.dir, 'log'), folder, { recursive: true });
    this.starts.forEach(({ launcher }, i) =>
      writeFileSync(path.join(folder, `launcher-${i}.log`), launcher.output.text),
    );
  }

  /** @throws Error when it leaves something behind */
  async stop(): Promise<void> {
    this.thaw();
    this.current?.launcher.signal('SIGTERM');
    await this.current?.launcher.exitCode;
    await this.outside.stop();
    const left = processesOf(this.dir);
    for (const { pid } of left) sendSignal(pid, 'SIGKILL');
    rmSync(this.dir, { recursive: true, force: true });
    if (left.length > 0)
      throw new Error(`npm start leaves behind ${left.map(({ command }) => command).join('; ')}`);
  }

  private begin(port: number): Start {
    const launch: Launch = { at: Date.now(), taken: false, end: 'ended', leftovers: [] };
    const handlers = new URL('launched-features.mjs', import.meta.url).href;
    const env = { ...appEnvironment(this), NODE_OPTIONS: `--import=${handlers}` };
    const start = { launch, launcher: new Launcher({ dataDir: this.dir, port, env }) };
    this.starts.push(start);
    return start;
  }
}

/** Rejects when it is killed. Its output may stay open, where what it started runs on. */
async function untilKilled({ launcher, launch }: Start): Promise<never> {
  await launcher.exited;
  if (launch.end === 'killed') throw new Error('It was killed');
  return new Promise(() => undefined);
}

/** What works in the folder, and is neither this process nor started by it or by what it started. */
function strangersTo(pid: number, folder: string): string[] {
  const all = processesOf(folder);
  const parents = new Map(all.map((one) => [one.pid, one.parent]));
  const isMine = (one: number | undefined): boolean =>
    one !== undefined && (one === pid || isMine(parents.get(one)));
  return all.flatMap((one) => (isMine(one.pid) ? [] : [`${one.pid} ${one.command}`]));
}
