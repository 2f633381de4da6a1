import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import { DataSource } from 'typeorm';
import { Problem } from '../../http/problem.js';
import { StripeClient } from '../../stripe/stripe-client.js';
import type { Known } from './payout-ledger.js';

/** Who is told of what happens to an account. */
export interface Contact {
  email: string | null;
  /** The name of the business. */
  name: string | null;
  /** Two letters in upper case. */
  country: string | null;
  /** What the platform wrote into the account's metadata as `locale`. */
  locale: string | null;
}

/** No contact, and why: for the operator. */
export interface NoContact {
  why: string;
}

const STORE = `
  INSERT INTO account_contact (account, livemode, email, name, country, locale, known_at, event_id)
  VALUES ($1, $2, $3, $4, $5, $6, to_timestamp($7), $8)
  ON CONFLICT (account, livemode) DO UPDATE
  SET email = EXCLUDED.email, name = EXCLUDED.name, country = EXCLUDED.country, locale = EXCLUDED.locale,
      known_at = EXCLUDED.known_at, event_id = EXCLUDED.event_id
  WHERE (account_contact.known_at, account_contact.event_id) < (EXCLUDED.known_at, EXCLUDED.event_id)`;

const FIND = `SELECT email, name, country, locale FROM account_contact WHERE account = $1 AND livemode = $2`;

/** The contacts of connected accounts: kept from `account.updated`, asked of Stripe where none came yet. */
@Injectable()
export class AccountContacts {
  constructor(
    private readonly dataSource: DataSource,
    private readonly client: StripeClient,
  ) {}

  /** @param db - the handler's transaction, or the pool */
  async store(db: Pick<DataSource, 'query'>, account: Stripe.Account, known: Known): Promise<void> {
    const { email, name, country, locale } = contactOf(account);
    const values = [known.account, known.livemode, email, name, country, locale, known.created, known.id];
    await db.query(STORE, values);
  }

  /**
   * The contact that is stored, or else the one that Stripe has now. It may call Stripe: not for a transaction.
   *
   * @param known - the event that is being handled
   * @throws what may be better at the next attempt: Stripe is away, slow or busy
   */
  async of(known: Known): Promise<Contact | NoContact> {
    const find = () => this.dataSource.query<Contact[]>(FIND, [known.account, known.livemode]);
    const [stored] = await find();
    if (stored) return stored;
    try {
      // Dated by the event, not by now: an `account.updated` that is on its way must not look old beside it.
      await this.store(this.dataSource, await this.client.stripe.accounts.retrieve(known.account), known);
    } catch (error) {
      const why = finalReason(error);
      if (why === undefined) throw error;
      return { why };
    }
    const [fetched] = await find();
    return fetched ?? { why: 'Stripe has no contact' };
  }
}

/** Why asking again would not help; `undefined` where it may. */
function finalReason(error: unknown): string | undefined {
  if (error instanceof Problem)
    return 'It is not stored, and without STRIPE_SECRET_KEY Stripe cannot be asked';
  const { statusCode } = error as { statusCode?: number };
  if (statusCode === 403) return 'Stripe no longer lets this platform see the account';
  return statusCode === 400 || statusCode === 404 ? 'Stripe does not know the account' : undefined;
}

function contactOf(account: Stripe.Account): Contact {
  const { business_profile: profile, settings, metadata, country, individual } = account;
  return {
    email: plain(account.email ?? individual?.email),
    name: plain(profile?.name ?? settings?.dashboard.display_name),
    country: plain(country),
    locale: plain(metadata?.locale),
  };
}

/** Postgres takes no NUL, and the rest is cleaned where it is used. */
const plain = (text: string | null | undefined): string | null => text?.replaceAll('\0', '').trim() || null;
