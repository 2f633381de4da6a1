import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { acknowledgement } from './parts/acknowledgement.js';
import { handlerStart } from './parts/handler-start.js';
import { ingest } from './parts/ingest.js';
import { processing } from './parts/processing.js';
import { page } from './page.js';
import { type Effort, efforts, type Section } from './rounds.js';

/** `npm run bench`: the whole suite, into docs/benchmarks.md; with names of parts: these alone, to the terminal. */
const parts: Record<string, (effort: Effort) => Promise<Section>> = {
  ingest,
  acknowledgement,
  processing,
  'handler-start': handlerStart,
};

const { values, positionals } = parseArgs({
  options: { smoke: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}. The parts: ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
const chosen = positionals.length > 0 ? positionals : Object.keys(parts);
const sections: Section[] = [];
for (const name of chosen) {
  console.error(`${name} …`);
  const section = await parts[name]?.(values.smoke ? efforts.smoke : efforts.full);
  if (section) sections.push(section);
}
const text = await page(sections, '18.4');
console.log(text);
if (positionals.length === 0 && !values.smoke) writeFileSync('docs/benchmarks.md', text);
