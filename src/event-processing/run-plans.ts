import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import type { EventTraits, RegisteredHandler } from '../event-handlers/registered-handler.js';
import type { PlannedRun } from '../event-store/new-event.js';

/** An event as far as planning its runs goes. */
export interface PlannableEvent extends EventTraits {
  account: string | null;
  objectId: string | null;
}

/** Says what the run of an event by a handler must be like: for new events and for replays. */
@Injectable()
export class RunPlans {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  plan(event: PlannableEvent, { id, options }: RegisteredHandler): PlannedRun {
    const inOrder = options.ordering === 'object' && event.objectId !== null;
    const orderingKey = inOrder ? `${event.account ?? 'platform'} ${event.livemode} ${event.objectId}` : null;
    return { handlerId: id, orderingKey, skipReason: this.skipReason(event) };
  }

  /** Why this installation handles no such event; `null` when it does. */
  skipReason({ livemode }: Pick<EventTraits, 'livemode'>): string | null {
    const { PROCESS_MODE: mode } = this.config;
    if (mode === 'both' || (mode === 'live') === livemode) return null;
    return `${livemode ? 'Live' : 'Test'} events are not handled here (PROCESS_MODE=${mode})`;
  }
}
