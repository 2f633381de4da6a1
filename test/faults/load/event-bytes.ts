import { createEvent } from '../../../src/event-factories/create-event.js';
import { type EventPlan, oddityOf } from '../plan/event-plans.js';
import { metadataOf } from '../system/handler-models.js';
import type { SentEvent } from './history.js';

/** Takes the place of a text that JSON would write otherwise. */
const PLACE = 'ODDITY';

/** An event with the texts in which it is sent: as Stripe writes it, and the same written anew. */
export function renderEvent(
  plan: EventPlan,
  index: number,
  now: number,
): SentEvent & { texts: [string, string] } {
  const { id, type, account, livemode, ageSeconds, objectId, script, persistent } = plan;
  const created = Math.floor(now / 1_000) - ageSeconds;
  const event: { data: { object: object } } = createEvent(type, {
    ...{ id, created, livemode, account },
    object: { id: objectId, metadata: { ...metadataOf(script), note: PLACE } } as object,
  });
  // Not every object has an id; none of these may lack it.
  const withOddity = (text: string) => text.replace(PLACE, oddityOf(index));
  const texts: [string, string] = [
    withOddity(JSON.stringify(event, null, 2)),
    withOddity(JSON.stringify({ ...event, pending_webhooks: 3 })),
  ];
  return {
    ...{ id, type, livemode, created, objectId, script, persistent, texts, bodies: [] },
    ...(account !== undefined && { account }),
  };
}
