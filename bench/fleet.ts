import type { AppProcess } from '../test/harness/app-process.js';
import type { BenchStack, Store } from './bench-stack.js';
import { writeRequests } from './load/prepared-requests.js';
import { sendRequests } from './load/send-requests.js';
import { lastRun, type WorkedOff, workedOff } from './runs.js';

const CONNECTIONS = 32;
/** The load ends when all has been sent. */
const LONG_SECONDS = 3_600;

/** Api processes and workers that share a store. */
export class BenchFleet {
  private constructor(
    private readonly stack: BenchStack,
    private readonly store: Store,
    readonly apis: AppProcess[],
    readonly workers: AppProcess[],
  ) {}

  /** @param each - how many of each kind */
  static async start(stack: BenchStack, name: string, each: number): Promise<BenchFleet> {
    const store = await stack.store(name);
    const fleet = new BenchFleet(stack, store, [], []);
    for (let i = 0; i < each; i++) {
      fleet.apis.push(await stack.turnpike('features/no-op.ts', { ROLE: 'api', ...store.env }));
      fleet.workers.push(await stack.turnpike('features/no-op.ts', { ROLE: 'worker', ...store.env }));
    }
    return fleet;
  }

  /** Writes so many requests, in equal parts for each api process: not while anything is measured. */
  prepare(events: number): void {
    for (const file of this.files()) {
      writeRequests(file, { size: '1.7 KB', count: Math.ceil(events / this.apis.length) });
    }
  }

  /** Sends what was prepared, and waits until all of it was worked off. @returns events per second */
  async workOff(): Promise<Paces> {
    const last = await lastRun(this.store.db);
    const connections = CONNECTIONS / this.apis.length;
    const files = this.files();
    const sent = await Promise.all(
      this.apis.map(({ url }, i) =>
        sendRequests(url, files[i] ?? '', { connections, seconds: LONG_SECONDS }),
      ),
    );
    const accepted = sent.reduce((all, one) => all + one.accepted, 0);
    const done: WorkedOff = await workedOff(this.store.db, last, accepted);
    return {
      events: done.runs,
      acknowledged: accepted / Math.max(...sent.map(({ seconds }) => seconds)),
      handled: done.runs / done.sinceStored,
    };
  }

  private files(): string[] {
    return this.apis.map((_, i) => this.stack.file(`requests-${i}`));
  }
}

/** Events per second, and how many there were. */
export interface Paces {
  events: number;
  acknowledged: number;
  /** From the first one stored to the last success. */
  handled: number;
}
