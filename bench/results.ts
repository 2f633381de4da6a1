import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadGenerator } from './load/send-requests.js';
import { formatted, machine, today } from './markdown.js';
import { page } from './page.js';
import type { Section } from './section.js';
import { parts } from './suite.js';

const JSON_FILE = 'docs/benchmarks.json';
const PAGE_FILE = 'docs/benchmarks.md';

/** What was found, and on what. */
export interface Results {
  date: string;
  machine: string;
  loadGenerator: string;
  /** By the name of the part. */
  sections: Record<string, Section>;
}

export const resultsOf = (sections: Record<string, Section>): Results => ({
  date: today(),
  machine: machine(),
  loadGenerator,
  sections,
});

/** Writes the page; parts that were not measured now stay as they were. */
export async function save(results: Results): Promise<void> {
  const all = { ...results, sections: inOrder({ ...earlier(results), ...results.sections }) };
  writeFileSync(JSON_FILE, await formatted(JSON.stringify(all), JSON_FILE));
  writeFileSync(PAGE_FILE, await page(all));
}

/** Figures of different machines do not belong on one page. */
function earlier(results: Results): Record<string, Section> {
  if (!existsSync(JSON_FILE)) return {};
  const before = JSON.parse(readFileSync(JSON_FILE, 'utf8')) as Results;
  return before.machine === results.machine && before.loadGenerator === results.loadGenerator
    ? before.sections
    : {};
}

const inOrder = (sections: Record<string, Section>): Record<string, Section> =>
  Object.fromEntries(
    [...parts.keys()].flatMap((name) => {
      const section = sections[name];
      return section ? [[name, section] as const] : [];
    }),
  );
