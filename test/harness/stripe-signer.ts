import { createHmac } from 'node:crypto';
import type { StripeRole } from '../../clients/stripe-app/turnpike-client.js';

/** The Dashboard user on whose behalf Stripe signs, and what Stripe knows about them. */
export interface DashboardUser {
  id: string;
  account: { id: string };
  roles: StripeRole[];
}

/**
 * Stripe's side of `fetchStripeSignature`. It works on text, because Stripe's side is not JavaScript: what is signed is
 * the payload as it was written down, with the user and the account after it.
 */
export class StripeSigner {
  /** What was signed, in order. */
  readonly texts: string[] = [];

  constructor(
    private readonly secret: string,
    private readonly user: DashboardUser,
  ) {}

  /** The function that a UI extension calls. */
  readonly fetchStripeSignature = (payload?: object): Promise<string> => {
    // Stripe's SDK sends the payload to Stripe like this.
    const written = JSON.stringify({ ...payload });
    return Promise.resolve(this.sign(written));
  };

  /** @throws when the payload claims a role that the user does not have */
  sign(written: string): string {
    const { stripe_roles: claimed = [] } = JSON.parse(written) as { stripe_roles?: StripeRole[] };
    const known = this.user.roles.map(({ id }) => id);
    for (const { id } of claimed) if (!known.includes(id)) throw new Error(`The user has no role ${id}`);
    const identity = `"user_id":"${this.user.id}","account_id":"${this.user.account.id}"}`;
    const text = written === '{}' ? `{${identity}` : `${written.slice(0, -1)},${identity}`;
    this.texts.push(text);
    const time = Math.floor(Date.now() / 1_000);
    return `t=${time},v1=${createHmac('sha256', this.secret).update(`${time}.${text}`).digest('hex')}`;
  }
}
