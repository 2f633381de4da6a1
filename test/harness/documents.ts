import { readdirSync, readFileSync } from 'node:fs';

/** Every document that people read, from the root of the repository. */
export const documents: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

export const read = (file: string): string => readFileSync(file, 'utf8');

/** A Markdown table as prettier writes it. The first row is the heading. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  return [...rows.slice(0, 1), rule, ...rows.slice(1)].map(line).join('\n');
}

/** The place in a document that stands between `<!-- name: … -->` and `<!-- end -->`, with its surroundings. */
export function generatedPart(
  text: string,
  name: string,
): { before: string; content: string; after: string } {
  const { groups } =
    new RegExp(`^(?<before>[^]*<!-- ${name}: .*-->\\n)(?<content>[^]*?)(?<after><!-- end -->[^]*)$`).exec(
      text,
    ) ?? {};
  const { before, content, after } = groups ?? {};
  if (before === undefined || content === undefined || after === undefined) {
    throw new Error(`There is no <!-- ${name}: … --> with its <!-- end -->`);
  }
  return { before, content, after };
}

/** The anchors of a document's headings, as GitHub makes them. */
export const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** The fenced blocks of a language. */
export const blocksOf = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, block = '']) => block);
