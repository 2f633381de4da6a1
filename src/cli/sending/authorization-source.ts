import { type Command, InvalidArgumentError, Option } from 'commander';
import { createEvent, type EventOptions } from '../../event-factories/create-event.js';
import { CliError, exitCodes } from '../cli-error.js';
import type { EventSource } from './event-source.js';

export const AUTHORIZATION_REQUEST = 'issuing_authorization.request';

/** What can be chosen about an authorization request; the rest comes from the factory. */
export interface AuthorizationOptions {
  amount?: number;
  currency?: string;
  card?: string;
  cardholder?: string;
  mcc?: string;
  country?: string;
  method?: string;
  controllable?: boolean;
}

const names = [
  'amount',
  'currency',
  'card',
  'cardholder',
  'mcc',
  'country',
  'method',
  'controllable',
] as const;

const methods = ['chip', 'contactless', 'keyed_in', 'online', 'swipe'];

/** Adds the options of `turnpike send issuing_authorization.request`. */
export function addAuthorizationOptions(send: Command): void {
  send
    .optionsGroup(`Options for ${AUTHORIZATION_REQUEST}:`)
    .option('--amount <n>', 'what is asked for, in the smallest unit of the currency', amount)
    .option('--currency <code>', 'currency, e.g. usd', matching(/^[a-z]{3}$/i, 'three letters, e.g. usd'))
    .option('--card <ic>', 'card id (default: a new one for each request)')
    .option('--cardholder <ich>', 'cardholder id')
    .option(
      '--mcc <code>',
      'merchant category code, e.g. 5812',
      matching(/^\d{4}$/, 'four digits, e.g. 5812'),
    )
    .option('--country <code>', 'country of the merchant', matching(/^[a-z]{2}$/i, 'two letters, e.g. FR'))
    .addOption(new Option('--method <name>', 'authorization method').choices(methods))
    .option('--controllable', 'less than the amount may be approved');
}

/** Fresh requests, each as it was asked for. */
export function authorizationRequests(
  choices: { account?: string | undefined; livemode?: boolean | undefined },
  options: AuthorizationOptions,
): EventSource {
  const next = () => {
    const event = createEvent(AUTHORIZATION_REQUEST, { ...choices, object: changesOf(options) });
    return { id: event.id, body: Buffer.from(JSON.stringify(event, null, 2)) };
  };
  return { type: AUTHORIZATION_REQUEST, account: choices.account, next };
}

/** @throws CliError naming the first option that means nothing for another event */
export function refuseAuthorizationOptions(options: AuthorizationOptions): void {
  const name = names.find((one) => options[one] !== undefined);
  if (name) throw new CliError(`--${name} is an option for ${AUTHORIZATION_REQUEST} only`, exitCodes.usage);
}

type Changes = NonNullable<EventOptions<typeof AUTHORIZATION_REQUEST>['object']>;

function changesOf(options: AuthorizationOptions): Changes {
  const { amount: asked, currency, card, cardholder, mcc, country, method, controllable } = options;
  return {
    ...(card !== undefined && { card: { id: card } }),
    ...(cardholder !== undefined && { cardholder }),
    ...(method !== undefined && { authorization_method: method }),
    merchant_data: {
      // Only Stripe knows what it calls this category.
      ...(mcc !== undefined && { category_code: mcc, category: '' }),
      ...(country !== undefined && { country: country.toUpperCase() }),
    },
    pending_request: {
      ...(asked !== undefined && { amount: asked, merchant_amount: asked }),
      ...(currency !== undefined && { currency: currency.toLowerCase() }),
      ...(controllable && { is_amount_controllable: true }),
    },
  };
}

/** An amount of money; 0 asks only whether the card is alive. */
function amount(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('It must be a whole number, 0 or more.');
}

const matching = (pattern: RegExp, what: string) => (text: string) => {
  if (pattern.test(text)) return text;
  throw new InvalidArgumentError(`It must be ${what}.`);
};
