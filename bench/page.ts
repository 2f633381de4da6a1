import { formatted, markdownTable, writtenBy } from './markdown.js';
import type { Results } from './results.js';
import { type Section, targetRow } from './section.js';

/** The page docs/benchmarks.md. */
export async function page({ date, machine, loadGenerator, sections }: Results): Promise<string> {
  const all = Object.values(sections);
  const targets = all.flatMap((section) => section.targets);
  const text = `
# Benchmarks

${writtenBy('npm run bench', date)}: ${machine}. ${all.find(({ servers }) => servers)?.servers ?? ''}, as the servers
themselves say. Load generator: ${loadGenerator}; it, the measured processes, Postgres and Redis share the machine. The
contenders take turns, round after round; each figure is the median of its rounds, and each ratio the median of the ratios
within a round. No measurement counts in which a single event was refused.

${markdownTable([['measure', 'target', 'found', ''], ...targets.map(targetRow)])}

Why a target is missed, and what would move it: [notes](benchmarks-notes.md).

**Q** is the quickstart: Express, \`express.raw\`, \`constructEvent\`, 200; it stores nothing. **B** is the widespread
pattern: Q, and the whole event goes to Bull before the answer; it survives as much as Redis does. **N** is plain Nest with
TypeORM \`save\` and a Bull job per request. **H** is bare \`node:http\` that verifies and stores nothing. They are in
[bench/baselines](../bench/baselines), run like Turnpike with \`NODE_ENV=production\` and 32 MiB for young objects, and get the
same bytes: signed events whose ids are random and their own.

${all.map(sectionText).join('\n\n')}
`;
  return formatted(text, 'docs/benchmarks.md');
}

const sectionText = ({ title, tables, notes }: Section): string =>
  [`## ${title}`, ...tables.map(markdownTable), notes.map((note) => `- ${note}`).join('\n')].join('\n\n');
