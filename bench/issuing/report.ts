import { formatted, machine, markdownTable, writtenBy } from '../markdown.js';
import type { Measured } from './measure.js';

/** What was measured on, as far as others need it to compare. */
export interface Circumstances {
  postgres: string;
  ledgerRows: number;
}

const ms = (value: number) => value.toFixed(1);
const times = (value: number) => `${value.toFixed(1)}×`;

/** The page docs/benchmarks-issuing.md. */
export async function report(
  results: Map<string, Measured>,
  { postgres, ledgerRows }: Circumstances,
): Promise<string> {
  const rows = [...results].map(([name, { noOp, decision, ratio }]) => [
    name,
    ms(noOp.p50),
    ms(decision.p50),
    times(ratio.p50),
    ms(noOp.p99),
    ms(decision.p99),
    times(ratio.p99),
  ]);
  const head = ['', 'no-op p50', 'decision p50', 'ratio', 'no-op p99', 'decision p99', 'ratio'];
  const text = `
# Benchmark: Issuing decisions

${writtenBy('npm run bench:issuing')}. Milliseconds; ${machine()},
Postgres ${postgres} with all durable settings (\`fsync\` on), one process in the role \`all\`.

The no-op is a route with the same signature guard that answers a constant: what any signed request costs. Both routes
get 50 requests per second at the same time, each half-way between those of the other. A time runs from the moment the
request was meant to be sent to the last byte of its answer. Each figure is the median of 7 rounds of 300 requests; the
ratio is that of the same round. Each decision is approved, and it is committed, with its event, before it is answered.

${markdownTable([head, ...rows])}

- **Ledger**: ${ledgerRows.toLocaleString('en')} decisions of 30 days on 10,000 cards, except in the first line.
- **10 rules**: nine concern every request; four of them have totals, one of these for the whole platform, and so take
  from four rows of \`spending_total\`.
- **1,000 rules**: these, and 990 limits of single cards that are not the ones that pay.
- **1,000 rules, all concerned**: 990 rules of the platform, each with a blocked category, in place of those.
- **policy asks**: with 10 rules and a policy that sums up the last 30 days of the card, some 100 decisions.
`;
  return formatted(text, 'docs/benchmarks-issuing.md');
}
