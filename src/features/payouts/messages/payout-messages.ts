import type Stripe from 'stripe';
import { mailBody } from '../../../mail/mail-body.js';
import type { Contact } from '../account-contacts.js';
import { formatAmount } from './amount.js';
import { en } from './en.js';
import { formatDay, languageOf, localeFor } from './locale.js';
import { phrases } from './phrases.js';

/** A message without its recipient. */
export interface Message {
  subject: string;
  text: string;
  html: string;
}

/** What a message is about. Everything in it may have been typed by somebody, and is escaped by `mailBody`. */
interface Subject {
  payout: Stripe.Payout;
  account: string;
  contact: Contact;
  /** Who sends it, as people know the platform. */
  platform: string;
}

/** Tells the account holder what became of a payout, in their language. */
export function holderMessage(
  kind: 'created' | 'failed',
  { payout, account, contact, platform }: Subject,
): Message {
  const locale = localeFor(contact);
  const words = phrases[languageOf(locale)] ?? en;
  const amount = formatAmount(payout.amount, payout.currency, locale);
  const day = formatDay(arrivalOf(payout), locale);
  const { labels } = words;
  const facts: [string, string][] = [
    [labels.payout, payout.id],
    [labels.account, account],
    ...(kind === 'failed' ? [[labels.reason, reasonOf(payout)] satisfies [string, string]] : []),
  ];
  const paragraphs = [words.greeting(contact.name), ...words[kind].body(amount, day)];
  return {
    subject: `${payout.livemode ? '' : `${words.test} `}${words[kind].subject(amount, day)}`,
    ...mailBody({ locale, paragraphs, facts, footer: words.footer(platform) }),
  };
}

const PLATFORM_FOOTER = 'You receive this message because PLATFORM_ALERT_EMAIL is set to your address.';

/** Tells the platform, in English, that a payout has failed: an account's, or its own. */
export function failureAlert(payout: Stripe.Payout, account: string, told: string): Message {
  const amount = formatAmount(payout.amount, payout.currency, 'en-US');
  const whose = account ? `of account ${account}` : 'of your own account';
  return {
    subject: `${testMark(payout.livemode)}Payout of ${amount} failed ${account ? `(${account})` : ''}`.trim(),
    ...mailBody({
      locale: 'en',
      paragraphs: [`A payout of ${amount} ${whose} has failed: ${reasonOf(payout)}`, told],
      facts: [
        ['Payout', payout.id],
        ['Account', account || 'the platform'],
        ['Expected on', formatDay(arrivalOf(payout), 'en-US')],
        ['See', `GET /admin/payouts/${payout.id}`],
      ],
      footer: PLATFORM_FOOTER,
    }),
  };
}

/** Tells the platform that it cannot be told to an account holder what happens to their payouts. */
export function missingContactAlert(account: string, livemode: boolean, why: string): Message {
  return {
    subject: `${testMark(livemode)}No e-mail address for account ${account}`,
    ...mailBody({
      locale: 'en',
      paragraphs: [
        `The holder of account ${account} cannot be told of their payouts: ${why}.`,
        'This is said once for each account. Later payouts that nobody was told of are in GET /admin/payouts.',
      ],
      footer: PLATFORM_FOOTER,
    }),
  };
}

/** A day after it should have arrived, nobody wants to hear when that would be. */
export const isPast = (payout: Stripe.Payout, now: number): boolean =>
  arrivalOf(payout).getTime() + 86_400_000 < now;

const arrivalOf = ({ arrival_date: seconds }: Stripe.Payout): Date => new Date(seconds * 1_000);

const testMark = (livemode: boolean): string => (livemode ? '' : `${en.test} `);

const reasonOf = ({ failure_code: code, failure_message: message }: Stripe.Payout): string =>
  [message, code && `(${code})`].filter(Boolean).join(' ') || '–';
