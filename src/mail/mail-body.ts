import { oneLine } from './mail-address.js';

/** What a message says, before it is text and HTML. All of it may come from outside: nothing in it is markup. */
export interface MailContent {
  /** BCP 47, for screen readers and hyphenation: `de-AT`. */
  locale: string;
  paragraphs: readonly string[];
  /** Label and value of each line of a small table. */
  facts?: readonly (readonly [string, string])[];
  /** Why somebody gets this message. */
  footer: string;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

/**
 * The two bodies of a message. Every part is taken as plain text on one line and escaped.
 *
 * @example const { text, html } = mailBody({ locale: 'en', paragraphs: ['Hello'], footer: 'Sent by Harbour' });
 */
export function mailBody({ locale, paragraphs, facts = [], footer }: MailContent): {
  text: string;
  html: string;
} {
  const lines = paragraphs.map(oneLine);
  const rows = facts.map(([label, value]) => [oneLine(label), oneLine(value)] as const);
  const table = rows.map(([label, value]) => `${label}: ${value}`).join('\n');
  const text = [...lines, ...(table ? [table] : []), `-- \n${oneLine(footer)}`].join('\n\n');
  return { text: `${text}\n`, html: htmlOf(oneLine(locale), lines, rows, oneLine(footer)) };
}

const htmlOf = (
  locale: string,
  paragraphs: readonly string[],
  rows: readonly (readonly [string, string])[],
  footer: string,
): string => `<!doctype html>
<html lang="${escaped(locale)}">
<head><meta charset="utf-8"></head>
<body style="font-family: sans-serif; line-height: 1.5; color: #1a1f36; max-width: 40em">
${paragraphs.map((paragraph) => `<p>${escaped(paragraph)}</p>`).join('\n')}
<table style="border-collapse: collapse">
${rows.map(([label, value]) => `<tr><td style="padding-right: 1.5em; color: #596171">${escaped(label)}</td><td>${escaped(value)}</td></tr>`).join('\n')}
</table>
<p style="color: #596171; font-size: small">${escaped(footer)}</p>
</body>
</html>
`;
