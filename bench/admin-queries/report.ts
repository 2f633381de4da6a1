import { count, formatted, machine, markdownTable, writtenBy } from '../markdown.js';
import { median } from '../rounds.js';
import type { IngestCost } from './ingest.js';
import type { Answered } from './measure.js';

/** One question to a small and a large table, for the first page or one in the midst of the list. */
export interface Compared {
  name: string;
  deep: boolean;
  small: Answered;
  large: Answered;
  /** Median of the ratios of calls that followed each other. */
  ratio: number;
}

export interface Sizes {
  small: number;
  large: number;
  postgres: string;
}

const ms = (value: number) => value.toFixed(1);
const times = (value: number) => `${value.toFixed(1)}×`;
const table = (head: string[], rows: string[][]): string => markdownTable([head, ...rows]);

const questionRow = ({ name, small, large, ratio }: Compared): string[] => [
  name,
  ms(small.ms),
  ms(large.ms),
  times(ratio),
  count(small.buffers),
  count(large.buffers),
  large.indexes.filter((index) => !/_key$|_pkey$|^seq/.test(index)).join(', ') || 'keys',
];

function ingestTable(costs: readonly IngestCost[]): string {
  const [base] = costs;
  return table(
    ['', 'µs', 'of all', 'log, bytes', 'of all'],
    costs.map(({ name, cpuMicros, logBytes }) => [
      name,
      cpuMicros.toFixed(0),
      percent(cpuMicros / (base?.cpuMicros ?? Number.NaN)),
      count(Math.round(logBytes)),
      percent(logBytes / (base?.logBytes ?? Number.NaN)),
    ]),
  );
}

const percent = (part: number) => `${Math.round(part * 100)} %`;

/** The page docs/benchmarks-admin.md. */
export async function report(
  questions: readonly Compared[],
  ingest: readonly IngestCost[],
  { small, large, postgres }: Sizes,
): Promise<string> {
  const head = ['', `ms, ${count(small)}`, `ms, ${count(large)}`, 'ratio', 'pages', 'pages', 'indexes'];
  const ratios = questions.map(({ ratio }) => ratio);
  const mostPages = Math.max(...questions.map(({ large: of }) => of.buffers));
  const slowest = Math.max(...questions.map(({ large: of }) => of.ms));
  const text = `
# Benchmark: finding events

${writtenBy('npm run bench:admin')}. ${machine()},
Postgres ${postgres} with all durable settings and 128 MB of shared buffers. The events of a year in monthly partitions:
${count(small)} and ${count(large)} of them, four in five with a run.

A hundred times the events take **${times(median(ratios))}** the time in the median over all questions and
**${times(Math.max(...ratios))}** at most. With ${count(large)} of them, the slowest page takes ${ms(slowest)} ms and none
touches more than ${count(mostPages)} pages of Postgres. Each time is the median of 21 calls, which go to the small and to
the large table in turns, with 50 events a page. Pages are those of 8 KiB, in memory or not: they say the same on every
machine. Where a pair of filters takes more pages in the large table, there were too few events in the small one to fill
the page. Why there are these indexes: [ADR 7](adr/0007-indexes-for-finding-events.md).

## First page

${table(head, questions.filter(({ deep }) => !deep).map(questionRow))}

## A page in the midst of the list

${table(head, questions.filter(({ deep }) => deep).map(questionRow))}

## What the indexes cost when events are stored

Events with one run each, in groups of 50, into a store of 100,000: 21,000 of them in each variant, which take turns. The
time is that of the processor which Postgres takes for an event, the log is the write-ahead log, with 2.5 KB of payload.

${ingestTable(ingest)}
`;
  return formatted(text, 'docs/benchmarks-admin.md');
}
