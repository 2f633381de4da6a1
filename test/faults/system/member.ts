import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { testEnvironment } from '../../harness/app.js';
import { Link } from './link.js';

export type Role = 'api' | 'worker';

/** What a member needs to know of its surroundings; read again at each of its starts. */
export interface Surroundings {
  databaseUrl: string;
  redisUrl: string;
  env: () => Record<string, string>;
  logDir: string;
}

const FOLDER = path.join(process.cwd(), 'test');
const READY = /^ready (http:\S+)$/;
const NOWHERE = { host: '127.0.0.1', port: 1 };

const addressOf = (url: string) => {
  const { hostname: host, port } = new URL(url);
  return { host, port: Number(port) };
};

const through = (link: Link, url: string): string => {
  const changed = new URL(url);
  changed.port = String(link.port);
  return changed.href;
};

/** A process of the system under test, with a network of its own: it can be killed, frozen, cut off and misled. */
export class Member {
  private child: ChildProcess | undefined;
  private url: string | undefined;

  private constructor(
    readonly name: string,
    readonly role: Role,
    private readonly surroundings: Surroundings,
    readonly links: Record<'postgres' | 'redis' | 'sender', Link>,
    private readonly log: WriteStream,
  ) {}

  static async start(name: string, role: Role, surroundings: Surroundings): Promise<Member> {
    const target = { of: (): string | undefined => undefined };
    const links = {
      postgres: await Link.open(() => addressOf(surroundings.databaseUrl)),
      redis: await Link.open(() => addressOf(surroundings.redisUrl)),
      sender: await Link.open(() => addressOrNowhere(target.of())),
    };
    const log = createWriteStream(path.join(surroundings.logDir, `${name}.log`), { flags: 'a' });
    const member = new Member(name, role, surroundings, links, log);
    target.of = () => member.url;
    await member.launch();
    return member;
  }

  /** Where senders reach it, also when it is not there. */
  get address(): string {
    return `http://127.0.0.1:${this.links.sender.port}`;
  }

  get isUp(): boolean {
    return this.url !== undefined;
  }

  /** Starts the process and waits until it listens. @throws when it ends instead */
  async launch(): Promise<void> {
    const here = path.join(FOLDER, 'harness');
    const faults = path.join(FOLDER, 'faults/system');
    const preloaded = [`${here}/typescript-loader.mjs`, `${faults}/clock.ts`];
    const args = [...preloaded.flatMap((file) => ['--import', file]), `${here}/app-process.main.ts`];
    const child = spawn(process.execPath, [...args, `${faults}/handlers.ts`], {
      env: { PATH: process.env.PATH, ...this.environment() },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child = child;
    child.stderr?.on('data', (text: Buffer) => this.log.write(text));
    void once(child, 'exit').then(() => {
      if (this.child === child) this.url = undefined;
    });
    this.log.write(`--- started as process ${child.pid}\n`);
    this.url = await this.untilReady(child);
  }

  /** Asks it to stop, or ends it at once, and waits for its end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const { child } = this;
    this.url = undefined;
    this.child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    if (signal === 'SIGKILL') child.kill('SIGCONT');
    this.log.write(`--- ${signal}\n`);
    await exited;
  }

  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  setClock(clockOffsetMs: number): void {
    if (this.child?.connected) this.child.send({ clockOffsetMs }, () => undefined);
  }

  /** Undoes whatever was done to it, and starts it where it is gone. */
  async heal(): Promise<void> {
    for (const link of Object.values(this.links)) link.mend();
    this.setClock(0);
    this.thaw();
    if (!this.isUp) await this.launch();
  }

  async close(): Promise<void> {
    await this.stop('SIGKILL');
    await Promise.all(Object.values(this.links).map((link) => link.close()));
    this.log.end();
  }

  private async untilReady(child: ChildProcess): Promise<string> {
    if (!child.stdout) throw new Error('A member without output');
    const lines = createInterface({ input: child.stdout });
    return new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        this.log.write(`${line}\n`);
        const url = READY.exec(line)?.[1];
        if (url !== undefined) resolve(url);
      });
      lines.on('close', () => reject(new Error(`${this.name} did not start: see its log`)));
    });
  }

  private environment(): Record<string, string> {
    const { databaseUrl, redisUrl, env } = this.surroundings;
    return testEnvironment({
      databaseUrl: through(this.links.postgres, databaseUrl),
      redisUrl: through(this.links.redis, redisUrl),
      prefix: '{faults}',
      env: { ROLE: this.role, ...env() },
    });
  }
}

const addressOrNowhere = (url: string | undefined) => (url === undefined ? NOWHERE : addressOf(url));
