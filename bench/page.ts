import os from 'node:os';
import { format, resolveConfig } from 'prettier';
import type { Section } from './rounds.js';

const markdown = (table: string[][]): string =>
  [table[0] ?? [], (table[0] ?? []).map((_, i) => (i === 0 ? '---' : '---:')), ...table.slice(1)]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

/** The page docs/benchmarks.md. @param postgres - its version */
export async function page(sections: readonly Section[], postgres: string): Promise<string> {
  const cpus = os.cpus();
  const text = `
# Benchmarks

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${cpus.length} ×
${cpus[0]?.model ?? 'unknown processor'}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, Node ${process.versions.node},
Postgres ${postgres} with all durable settings (\`fsync\`, \`synchronous_commit\`). Load generator, servers, Postgres and
Redis share the machine. The contenders take turns, round after round; each figure is the median of its rounds, and each
ratio the median of the ratios within a round.

**Q** is the quickstart: Express, \`express.raw\`, \`constructEvent\`, 200; it stores nothing. **B** is the widespread
pattern: Q, and the whole event goes to Bull before the answer; it survives as much as Redis does. **N** is plain Nest with
TypeORM \`save\` and a Bull job per request. **H** is bare \`node:http\` that verifies and stores nothing. They are in
[bench/baselines](../bench/baselines).

${sections.map(({ title, table, notes }) => `## ${title}\n\n${markdown(table)}\n\n${notes.map((note) => `- ${note}`).join('\n')}`).join('\n\n')}
`;
  const style = await resolveConfig('docs/benchmarks.md');
  return format(text.trimStart(), { ...style, parser: 'markdown', proseWrap: 'always' });
}
