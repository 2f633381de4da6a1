import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, type MessageEvent } from '@nestjs/common';
import { Observable, Subject, type Subscriber, takeUntil } from 'rxjs';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { AdminKeys } from '../../admin-access/admin-keys.js';
import { isOver } from '../../event-replay/replay-answer.js';
import { Replays } from '../../event-replay/replays.js';

/** Least time between two messages, in milliseconds. */
const PAUSE_MS = 500;

/** To count the runs takes longer the more there are: whoever watches takes this share of a connection at most. */
const LARGEST_SHARE = 0.05;

/** Something is sent at least this often, in milliseconds: proxies cut off what is silent. */
const HEARTBEAT_MS = 15_000;

/** Streams of what replays do. They end with the replay, with the client, with the client's key, and with this process. */
@Injectable()
export class ReplayProgress implements BeforeApplicationShutdown {
  private readonly stopping = new Subject<void>();

  constructor(
    private readonly replays: Replays,
    private readonly keys: AdminKeys,
  ) {}

  /** What becomes of a replay that is there. */
  of(key: AdminKey, id: string): Observable<MessageEvent> {
    const stream = new Observable<MessageEvent>((subscriber) => {
      const gone = new AbortController();
      void this.follow(key, id, subscriber, gone.signal);
      return () => gone.abort();
    });
    return stream.pipe(takeUntil(this.stopping));
  }

  beforeApplicationShutdown(): void {
    this.stopping.next();
  }

  private async follow(
    key: AdminKey,
    id: string,
    subscriber: Subscriber<MessageEvent>,
    gone: AbortSignal,
  ): Promise<void> {
    let sent = { text: '', at: 0 };
    while (!gone.aborted) {
      const began = performance.now();
      // While Postgres is away there is nothing to tell.
      const asked = Promise.all([this.replays.show(key, id), this.keys.isUsable(key)]);
      const [replay, mayKnow = true] = await asked.catch(() => []);
      if (!mayKnow) return subscriber.complete();
      const now = performance.now();
      const text = JSON.stringify(replay) ?? sent.text;
      if (replay && (text !== sent.text || now - sent.at > HEARTBEAT_MS)) {
        sent = { text, at: now };
        subscriber.next({ type: 'progress', data: replay });
      }
      if (replay && isOver(replay)) {
        subscriber.next({ type: 'end', data: replay });
        subscriber.complete();
        return;
      }
      const pause = Math.max(PAUSE_MS, (now - began) / LARGEST_SHARE);
      await sleep(pause, undefined, { signal: gone }).catch(() => undefined);
    }
  }
}
