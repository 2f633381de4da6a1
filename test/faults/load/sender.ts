import { setTimeout as sleep } from 'node:timers/promises';
import { signedRequest } from '../../../src/event-factories/signed-request.js';
import type { DeliveryPlan } from '../plan/event-plans.js';
import type { Installation } from '../system/installation.js';
import type { SentDelivery, SentEvent } from './history.js';
import { exchangeOf, post } from './post.js';

type Rendered = SentEvent & { texts: [string, string] };

/** Longer ago than signatures may be made, in seconds. */
const TOO_OLD_S = 4_000;

const RETRY_MS = 400;
const RETRIES_AT_ONCE = 10;

/** Stripe's side: signs events, delivers them, and delivers those again that were not acknowledged. */
export class Sender {
  readonly deliveries: SentDelivery[] = [];
  private readonly acknowledged = new Set<string>();

  constructor(private readonly stack: Installation) {}

  /** When an event was first acknowledged, if it was. */
  isAcknowledged(eventId: string): boolean {
    return this.acknowledged.has(eventId);
  }

  /** One delivery, as it is planned. */
  async deliver(event: Rendered, { api, rewritten, forgery }: DeliveryPlan): Promise<void> {
    const text = event.texts[rewritten ? 1 : 0];
    if (forgery !== undefined) await this.forge(event, text, api, forgery);
    else await this.genuine(event, text, api);
  }

  /** Goes on until every event of a persistent sender is acknowledged. @returns whether that came to be in time */
  async insist(events: readonly Rendered[], limitMs: number): Promise<boolean> {
    const ends = Date.now() + limitMs;
    for (let round = 0; ; round++) {
      const open = events.filter(({ id, persistent }) => persistent && !this.isAcknowledged(id));
      if (open.length === 0) return true;
      if (Date.now() > ends) return false;
      const rest = open.values();
      const work = async () => {
        for (const event of rest) await this.genuine(event, event.texts[0], (round % 2) as 0 | 1);
      };
      await Promise.all(Array.from({ length: RETRIES_AT_ONCE }, work));
      await sleep(RETRY_MS);
    }
  }

  private async genuine(event: Rendered, text: string, api: 0 | 1): Promise<void> {
    if (!event.bodies.includes(text)) event.bodies.push(text);
    const secret = this.stack.keys.signingSecrets(doorOf(event));
    const { body, headers } = signedRequest({ body: text, secret });
    const answer = await post(this.urlOf(event, api), body, headers);
    this.deliveries.push({ eventId: event.id, api, ...exchangeOf(answer) });
    if (answer.status === 200) this.acknowledged.add(event.id);
  }

  private async forge(
    event: Rendered,
    text: string,
    api: 0 | 1,
    forgery: NonNullable<DeliveryPlan['forgery']>,
  ): Promise<void> {
    const { keys } = this.stack;
    const door = doorOf(event);
    const old = { timestamp: Math.floor(Date.now() / 1_000) - TOO_OLD_S };
    const secret = keys.signingSecrets(door);
    const signed = {
      'no signature': () => signedRequest({ body: text, secret }),
      'foreign secret': () => signedRequest({ body: text, secret: 'whsec_of_somebody_else' }),
      'retired secret': () => signedRequest({ body: text, secret: keys.retiredSecret(door) }),
      'old timestamp': () => signedRequest({ body: text, secret, ...old }),
      'other bytes': () => signedRequest({ body: text, secret }),
    }[forgery]();
    if (forgery === 'no signature') delete signed.headers['Stripe-Signature'];
    const body = forgery === 'other bytes' ? text.replace('"livemode"', ' "livemode"') : signed.body;
    const answer = await post(this.urlOf(event, api), body, signed.headers);
    this.deliveries.push({ eventId: event.id, api, forgery, ...exchangeOf(answer) });
  }

  private urlOf({ account }: Rendered, api: 0 | 1): string {
    return `${this.stack.addressOf(api)}${account === undefined ? '/webhook' : '/connect-webhook'}`;
  }
}

const doorOf = ({ account }: Rendered) => (account === undefined ? 'direct' : 'connect');
