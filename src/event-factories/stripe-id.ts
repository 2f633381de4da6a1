import { randomBytes } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** How the part after the prefix looks: fixed start, number of random characters. */
const shapes: Record<string, readonly [start: string, length: number]> = {
  acct: ['1', 15],
  ca: ['', 32],
  ch: ['3', 23],
  cs_live: ['a1', 56],
  cs_test: ['a1', 56],
  cus: ['', 14],
  evt_test: ['65', 48],
  mtr_test: ['61', 40],
  pi: ['3', 23],
  prod: ['', 14],
  py: ['3', 23],
  re: ['3', 23],
  req: ['', 14],
  si: ['', 14],
};

/** Random letters and digits, as Stripe uses them in ids and secrets. */
export function randomCharacters(length: number): string {
  return Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('');
}

/**
 * A fresh id that looks like Stripe's.
 *
 * @example stripeId('pi') // pi_3QfXw2B7WZ01zgkW0SjxsAJo
 */
export function stripeId(prefix: string): string {
  const [start, length] = shapes[prefix] ?? ['1', 23];
  return `${prefix}_${start}${randomCharacters(length)}`;
}
