import { setTimeout as sleep } from 'node:timers/promises';
import type { AppProcess } from '../../test/harness/app-process.js';

/** From the end of a worker to the moment its successor was ready. */
export interface Gap {
  from: number;
  to: number;
}

/** Two workers, one of which is killed at random again and again. */
export class Fleet {
  readonly gaps: Gap[] = [];

  private constructor(
    private readonly launch: () => Promise<AppProcess>,
    readonly workers: AppProcess[],
  ) {}

  static async start(launch: () => Promise<AppProcess>): Promise<Fleet> {
    return new Fleet(launch, [await launch(), await launch()]);
  }

  /** Kills one of them every so often, in milliseconds, until it has been enough. */
  async killAtRandom(least: number, most: number, enough: () => boolean): Promise<void> {
    for (;;) {
      await sleep(least + Math.random() * (most - least));
      if (enough()) return;
      const victim = Math.random() < 0.5 ? 0 : 1;
      const from = Date.now();
      await this.workers[victim]?.stop('SIGKILL');
      this.workers[victim] = await this.launch();
      this.gaps.push({ from, to: Date.now() });
    }
  }

  /** Whether a worker was missing at this time. */
  wasShort(at: Date): boolean {
    return this.gaps.some(({ from, to }) => at.getTime() >= from && at.getTime() <= to);
  }
}
