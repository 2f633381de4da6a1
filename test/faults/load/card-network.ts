import { createEvent } from '../../../src/event-factories/create-event.js';
import { signedRequest } from '../../../src/event-factories/signed-request.js';
import type { AuthorizationPlan } from '../plan/round-plan.js';
import type { Installation } from '../system/installation.js';
import type { AskedAuthorization } from './history.js';
import { exchangeOf, post } from './post.js';

/** Asks for decisions on spending, once each: a card network does not wait. */
export class CardNetwork {
  readonly authorizations: AskedAuthorization[] = [];

  constructor(private readonly stack: Installation) {}

  /** Requests that got a decision. */
  get answered(): string[] {
    return this.authorizations.flatMap(({ eventId, approved }) => (approved === undefined ? [] : [eventId]));
  }

  async authorize({ id, api, amount }: AuthorizationPlan): Promise<void> {
    const event = createEvent('issuing_authorization.request', {
      id,
      object: { pending_request: { amount } },
    });
    const { body, headers } = signedRequest({ event, secret: this.stack.keys.signingSecrets('issuing') });
    const answer = await post(`${this.stack.addressOf(api)}/issuing/authorizations`, body, headers);
    const approved = answer.body?.approved;
    this.authorizations.push({
      ...{ eventId: id, body: body.toString(), ...exchangeOf(answer) },
      ...(typeof approved === 'boolean' && { approved }),
    });
  }
}
