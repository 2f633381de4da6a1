import os from 'node:os';
import { format, resolveConfig } from 'prettier';

/** What a page was measured on. */
export const machine = (): string =>
  `${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown processor'}, ` +
  `${Math.round(os.totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;

/** @param command - for example `npm run bench` */
export const writtenBy = (command: string, date = today()): string => `Written by \`${command}\` on ${date}`;

export const today = (): string => new Date().toISOString().slice(0, 10);

/** First the heading. The first column is for words, the others are for figures. */
export const markdownTable = (rows: readonly string[][]): string =>
  [rows[0] ?? [], (rows[0] ?? []).map((_, i) => (i === 0 ? '---' : '---:')), ...rows.slice(1)]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

/** As it is to be committed. @param file - where it will be */
export async function formatted(text: string, file: string): Promise<string> {
  const style = await resolveConfig(file);
  return format(text.trimStart(), { ...style, filepath: file, proseWrap: 'always' });
}

export const count = (n: number): string => Math.round(n).toLocaleString('en');
export const times = (ratio: number): string => `${ratio.toFixed(2)}×`;
export const ms = (value: number): string => `${value.toFixed(1)} ms`;
