import { Injectable } from '@nestjs/common';
import { HandlerRegistry } from '../event-handlers/handler-registry.js';
import { EventIngest } from '../event-store/event-ingest.js';
import type { NewEvent } from '../event-store/new-event.js';
import { InFlight } from '../timing/in-flight.js';
import { RunPlans } from './run-plans.js';
import { RunQueue } from './run-queue.js';

/** Stripe reads only the status; the body is for people. */
export interface Receipt {
  received: true;
}

/** The way in for every verified event: store it with its runs, then offer the runs to the workers. */
@Injectable()
export class EventReceiver {
  private readonly inFlight = new InFlight();

  constructor(
    private readonly registry: HandlerRegistry,
    private readonly ingest: EventIngest,
    private readonly queue: RunQueue,
    private readonly plans: RunPlans,
  ) {}

  /** Returns after the commit. @throws Problem 503 when the event could not be stored */
  async receive(event: NewEvent): Promise<Receipt> {
    const runs = this.registry.matching(event).map((handler) => this.plans.plan(event, handler));
    const { runs: created } = await this.inFlight.add(this.ingest.store(event, runs));
    // The answer never waits for Redis: the event is safe, and the sweeper sees what Redis did not take.
    void this.inFlight.add(this.queue.offer(created));
    return { received: true };
  }

  /** Resolves when nothing is being stored, nor offered. */
  idle(): Promise<void> {
    return this.inFlight.idle();
  }
}
