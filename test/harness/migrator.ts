import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Lines } from './lines.js';

/** A process that migrates a database when it is told to. */
export class Migrator {
  private readonly lines = new Lines();
  private readonly exited: Promise<unknown[]>;

  private constructor(private readonly child: ChildProcess) {
    this.exited = once(child, 'exit');
  }

  static async start(databaseUrl: string): Promise<Migrator> {
    const loader = './test/harness/typescript-loader.mjs';
    const args = ['--import', loader, './test/harness/migrate.main.ts', databaseUrl];
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env.PATH },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const migrator = new Migrator(child);
    migrator.lines.read(child.stdout);
    await migrator.lines.until(/^ready/);
    return migrator;
  }

  /** @returns the names of the migrations that this process ran, and its exit code */
  async migrate(): Promise<{ ran: string[]; exitCode: unknown }> {
    this.child.stdin?.write('go\n');
    const [exitCode] = await this.exited;
    const ran = /^ran (.*)$/m.exec(this.lines.text)?.[1] ?? '[]';
    return { ran: JSON.parse(ran) as string[], exitCode };
  }
}
