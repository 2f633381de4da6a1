import { createHash } from 'node:crypto';

/** Longer messages hold a dump of something; its end tells no more about the fault. */
const MAX_READ = 4_000;
const MAX_KEPT = 500;

/** What differs between two errors of one kind, and what stands in its place. Each works on what those before left. */
const VARIABLE: readonly [RegExp, string][] = [
  // `Cannot read properties of undefined (reading 'customer')`: there the quoted name tells two faults apart.
  [/(?<![\w']|\((?:reading|setting) )'[^']*'(?!\w)/g, '#'],
  [/"[^"]*"|`[^`]*`|“[^”]*”|‘[^’]*’|«[^»]*»/g, '#'],
  [/(?<![\w.+-])[\w.+-]{1,100}@[\w-]{1,100}(?:\.[\w-]{1,100})+/g, '#'],
  [/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi, '#'],
  [/(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])/gi, '#'],
  [
    /(?<!\w)(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (?=\d)/g,
    '#:',
  ],
  // Ids of Stripe, and of those who name theirs alike, may have no digit; a word such as `payment_intent` has no capital.
  [/(?<!\w)[a-z]{1,12}(?:_[a-z]{1,12}){0,3}_[a-z0-9]{0,255}[A-Z][A-Za-z0-9]*(?!\w)/g, '#'],
  // Any other word with a digit, save an HTTP status: 404 and 503 are different faults.
  [/(?<!\w|\b(?:HTTP|status|status code)[ :=]{1,2})-?\w*\d\w*/gi, '#'],
  // Times, decimals, IP addresses and ports are now several of these.
  [/#(?:[.,:/+-]{1,2}#)+/g, '#'],
  [/\s+/g, ' '],
];

/**
 * A short name for what went wrong, the same for all errors of a class whose messages differ only in ids, numbers,
 * times, addresses and quoted values: 16 hexadecimal digits.
 *
 * @param name - the error's class
 * @example errorFingerprint('Error', 'No order for pi_1A') === errorFingerprint('Error', 'No order for pi_2B')
 */
export const errorFingerprint = (name: string, message: string): string =>
  createHash('sha256')
    .update(`${name.slice(0, MAX_KEPT)}: ${normalised(message)}`)
    .digest('hex')
    .slice(0, 16);

const normalised = (message: string): string =>
  VARIABLE.reduce((text, [pattern, stand]) => text.replace(pattern, stand), message.slice(0, MAX_READ))
    .trim()
    .slice(0, MAX_KEPT);
