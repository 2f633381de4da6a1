import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { HandlerRegistry } from '../event-handlers/handler-registry.js';
import type { RegisteredHandler } from '../event-handlers/registered-handler.js';
import { EventIngest } from '../event-store/event-ingest.js';
import type { NewEvent, PlannedRun } from '../event-store/new-event.js';
import { RunQueue } from './run-queue.js';

/** Stripe reads only the status; the body is for people. */
export interface Receipt {
  received: true;
}

/** The way in for every verified event: store it with its runs, then offer the runs to the workers. */
@Injectable()
export class EventReceiver {
  constructor(
    private readonly registry: HandlerRegistry,
    private readonly ingest: EventIngest,
    private readonly queue: RunQueue,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Returns after the commit. @throws Problem 503 when the event could not be stored */
  async receive(event: NewEvent): Promise<Receipt> {
    const skipReason = this.skipReason(event);
    const runs = this.registry.matching(event).map((handler) => plan(event, handler, skipReason));
    const { runs: created } = await this.ingest.store(event, runs);
    // The answer never waits for Redis: the event is safe, and the sweeper sees what Redis did not take.
    void this.queue.offer(created);
    return { received: true };
  }

  private skipReason({ livemode }: NewEvent): string | null {
    const { PROCESS_MODE: mode } = this.config;
    if (mode === 'both' || (mode === 'live') === livemode) return null;
    return `${livemode ? 'Live' : 'Test'} events are not handled here (PROCESS_MODE=${mode})`;
  }
}

function plan(event: NewEvent, { id, options }: RegisteredHandler, skipReason: string | null): PlannedRun {
  const inOrder = options.ordering === 'object' && event.objectId !== null;
  const orderingKey = inOrder ? `${event.account ?? 'platform'} ${event.livemode} ${event.objectId}` : null;
  return { handlerId: id, orderingKey, skipReason };
}
