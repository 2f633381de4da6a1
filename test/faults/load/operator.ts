import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BulkReplayPlan, ReplayPlan } from '../plan/round-plan.js';
import { ADMIN_KEY } from '../system/app-environment.js';
import type { Installation } from '../system/installation.js';
import type { AskedBulkReplay, AskedReplay, ReplayedRun, SentEvent } from './history.js';
import { exchangeOf, post, type Posted } from './post.js';

const AGAIN_MS = 300;

/** Somebody who asks for replays, and asks again with the same key where no answer came. */
export class Operator {
  readonly replays: AskedReplay[] = [];
  readonly bulkReplays: AskedBulkReplay[] = [];

  constructor(
    private readonly stack: Installation,
    private readonly untilMs: () => number,
  ) {}

  async replay(event: SentEvent, plan: ReplayPlan): Promise<void> {
    const { handlers, includeSucceeded, api, repeated } = plan;
    const body = { includeSucceeded, ...(handlers && { handlers }) };
    const { answer, uncertain } = await this.ask(`events/${event.id}/replay`, body, api, repeated);
    this.replays.push({
      ...{ eventId: event.id, includeSucceeded, uncertain, ...exchangeOf(answer) },
      ...(handlers && { handlers }),
      ...(answer.status === 200 && { runs: answer.body?.runs as ReplayedRun[] }),
    });
  }

  async replayMany({ account, handlers, ratePerSecond, api }: BulkReplayPlan): Promise<void> {
    const body = { filter: { account }, handlers, includeSucceeded: true, ratePerSecond };
    const { answer, uncertain } = await this.ask('replays', body, api, true);
    this.bulkReplays.push({
      ...{ account, handlers, uncertain, ...exchangeOf(answer) },
      ...(answer.status === 201 && { replayId: String(answer.body?.id) }),
    });
  }

  /** `sentAt` is that of the first try. */
  private async ask(
    path: string,
    body: object,
    api: 0 | 1,
    repeated: boolean,
  ): Promise<{ answer: Posted; uncertain: boolean }> {
    const key = randomUUID();
    const headers = {
      Authorization: `Bearer ${ADMIN_KEY}`,
      'Content-Type': 'application/json',
      ...(repeated && { 'Idempotency-Key': key }),
    };
    const first = Date.now();
    for (let tries = 0; ; tries++) {
      const address = this.stack.addressOf((api + tries) % 2);
      const answer = await post(`${address}/admin/${path}`, JSON.stringify(body), headers);
      const { status = 0 } = answer;
      const isFinal = status === 200 || status === 201 || (status >= 400 && status < 500 && status !== 409);
      if (isFinal || !repeated || Date.now() > this.untilMs()) {
        return { answer: { ...answer, sentAt: first }, uncertain: !isFinal };
      }
      await sleep(AGAIN_MS);
    }
  }
}
