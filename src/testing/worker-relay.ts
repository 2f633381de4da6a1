import { fileURLToPath } from 'node:url';
import { AppProcess } from './app-process.js';
import type { StoreWatch } from './store-watch.js';
import { withRedis } from './with-redis.js';

const file = fileURLToPath(new URL('worker.main.ts', import.meta.url));

/** What a worker process is told, as JSON in its first argument. */
export interface WorkerTask {
  /** Names of the classes. */
  readonly modules: readonly string[];
  /** Path of the file that exports them; without it, `src/features/features.ts`. */
  readonly from?: string | undefined;
  /** In which of its successes it dies, counted from 1; without it, it waits for a message before it works. */
  readonly crashAfter?: number | undefined;
}

/** A worker in a process of its own, which dies in the middle of its work, and the one that then takes over. */
export class WorkerRelay {
  /** How many workers were killed. */
  kills = 0;
  private stopping = false;
  private readonly failed = new AbortController();
  private readonly relay: Promise<void>;

  private constructor(
    private current: AppProcess,
    private readonly next: StandBy,
    private readonly env: Record<string, string>,
    private readonly watch: StoreWatch,
  ) {
    this.relay = this.takeOver().catch((error: unknown) => this.failed.abort(error));
  }

  /** @throws when the first worker does not start, with what it said */
  static async start(
    task: WorkerTask,
    variables: Record<string, string>,
    watch: StoreWatch,
  ): Promise<WorkerRelay> {
    const env = { ...variables, ROLE: 'worker' };
    const next = new StandBy({ ...task, crashAfter: undefined }, env);
    try {
      return new WorkerRelay(await AppProcess.launch(file, [JSON.stringify(task)], env), next, env, watch);
    } catch (error) {
      await next.dismiss();
      throw error;
    }
  }

  /** Aborted, with the reason, when no worker works any more though none was to die. */
  get failure(): AbortSignal {
    return this.failed.signal;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all([this.current.stop(), this.next.dismiss()]);
    await this.relay;
    await this.current.stop();
  }

  private async takeOver(): Promise<void> {
    const signal = await this.current.ended();
    if (this.stopping) return;
    if (signal !== 'SIGKILL') throw new Error(`The worker ended by itself:\n${this.current.output}`);
    this.kills += 1;
    await this.timePasses();
    this.current = await this.next.begin();
    if (this.stopping) return;
    await this.current.ended();
    if (!this.stopping) throw new Error(`The second worker ended by itself:\n${this.current.output}`);
  }

  /** Stands for the time after which nothing belongs to the dead worker: the lease in Postgres, and Bull's locks. */
  private async timePasses(): Promise<void> {
    await this.watch.query(`UPDATE handler_run SET lease_until = clock_timestamp() WHERE status = 'running'`);
    await this.watch.query(`UPDATE handler_run SET sweep_at = clock_timestamp() WHERE status = 'pending'`);
    await withRedis(this.env.REDIS_URL ?? '', async (redis) => {
      const keys = await redis.keys(`${this.env.QUEUE_PREFIX}:*`);
      if (keys.length > 0) await redis.del(keys);
    });
  }
}

/** A worker that has loaded everything, so that it takes over in no time. */
class StandBy {
  private decide: (work: boolean) => void;
  private readonly worker: Promise<AppProcess>;

  constructor(task: WorkerTask, env: Record<string, string>) {
    const decided = new Promise<boolean>((resolve) => {
      this.decide = resolve;
    });
    this.worker = AppProcess.launch(file, [JSON.stringify(task)], env, decided);
    this.worker.catch(() => undefined); // whoever lets it begin is told
  }

  /** @throws when it does not start, with what it said */
  begin(): Promise<AppProcess> {
    this.decide(true);
    return this.worker;
  }

  /** Ends it unless it has begun. */
  async dismiss(): Promise<void> {
    this.decide(false);
    await this.worker.catch(() => undefined);
  }
}
