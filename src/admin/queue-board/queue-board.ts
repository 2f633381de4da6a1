import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import Bull, { type Queue } from 'bull';
import { type Request, type Response, Router } from 'express';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { RedisConnections } from '../../event-processing/redis-connections.js';
import { Problem } from '../../http/problem.js';
import { BoardChanges } from './board-changes.js';

const BOARD_PATH = '/admin/queues';

/** Longer than any command of Redis may take. */
const ANSWER_TIMEOUT_MS = 10_000;

/** Shows the queues of this application: as they are, or with everything that can be done about them. */
@Injectable()
export class QueueBoard {
  private readonly caller = new AsyncLocalStorage<AdminKey>();
  private boards: Promise<{ reading: Router; changing: Router }> | undefined;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly redis: RedisConnections,
    private readonly changes: BoardChanges,
  ) {}

  /**
   * Answers a request below /admin/queues.
   *
   * @throws Problem 404 `route_not_found`; 409 `queue_refused`; 503 `queues_unavailable` when Redis is away
   */
  async answer(request: Request, response: Response, key: AdminKey): Promise<void> {
    if (!(await this.redis.isUp())) throw unavailable();
    this.boards ??= this.make();
    const { reading, changing } = await this.boards;
    const board = key.scope === 'read' ? reading : changing;
    await this.caller.run(key, async () => {
      const failure = await answered(board, request, response);
      if (failure) throw failure instanceof Problem ? failure : await this.problemOf(failure);
    });
  }

  /** Bull reports a Redis that is away in many ways, and otherwise only that a job is not in a state for this. */
  private async problemOf(failure: unknown): Promise<Problem> {
    if (!(await this.redis.isUp())) return unavailable(failure);
    const message = failure instanceof Error ? failure.message : String(failure);
    return new Problem(409, 'queue_refused', `The queue did not do it: ${message}`, { cause: failure });
  }

  private async make() {
    // Nobody should wait for it at boot: few look at the board.
    const { bullBoard } = await import('./bull-board.js');
    const queues = this.queues();
    const mounted = (readOnly: boolean) =>
      Router().use(
        BOARD_PATH,
        bullBoard({
          path: BOARD_PATH,
          queues,
          readOnly,
          perform: (call, change) => this.changes.perform(this.currentCaller(), call, change),
        }),
      );
    return { reading: mounted(true), changing: mounted(false) };
  }

  /** Every queue that any module has registered. */
  private queues(): Queue[] {
    const found = this.discovery.getProviders().map(({ instance }) => instance as unknown);
    const queues = found.filter((instance): instance is Queue => instance instanceof Bull);
    return [...new Set(queues)].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  private currentCaller(): AdminKey {
    const key = this.caller.getStore();
    if (!key) throw new Error('A change on the queue board by nobody');
    return key;
  }
}

/** Resolves to what went wrong, if something did, and nothing was answered. */
function answered(board: Router, request: Request, response: Response): Promise<unknown> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(unavailable()), ANSWER_TIMEOUT_MS);
    const finish = (failure?: unknown) => {
      clearTimeout(timer);
      resolve(failure);
    };
    response.once('close', () => finish());
    board(request, response, (error?: unknown) => finish(error ?? notFound()));
  });
}

const unavailable = (cause?: unknown) =>
  new Problem(
    503,
    'queues_unavailable',
    'Redis does not answer, so the queues cannot be shown: try again soon.',
    {
      cause,
      headers: { 'Retry-After': '5' },
    },
  );

const notFound = () =>
  new Problem(404, 'route_not_found', `The queue board has no such page: open ${BOARD_PATH}.`);
