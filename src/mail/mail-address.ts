/** One mailbox: an address, and the name that is shown with it. */
export interface Mailbox {
  address: string;
  name?: string | undefined;
}

const ADDRESS = /^[^\s<>"(),:;@[\]]+@[^\s<>"(),:;@[\]]+$/;

/** What RFC 5321 allows for the whole path. */
const MAX_ADDRESS = 254;

/** Whether a text is one address and nothing more: no list, no header, no white space. */
export const isMailAddress = (text: string): boolean => text.length <= MAX_ADDRESS && ADDRESS.test(text);

/** Reads `Name <address>` or `address`, as `MAIL_FROM` has it. */
export function parseMailbox(text: string): Mailbox {
  const [, name, address] = /^(.*) <(.*)>$/.exec(text) ?? [];
  return address === undefined ? { address: text } : { name: name?.trim(), address };
}

/** A text that stays in its line, whatever somebody else put into it: nothing in it ends a header. */
export const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
