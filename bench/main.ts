import { WrongOptions } from './arguments.js';
import { help, type Options, readOptions } from './options.js';
import { page } from './page.js';
import { resultsOf, save } from './results.js';
import type { Section } from './section.js';
import { parts } from './suite.js';

/** `npm run bench`: see options.ts. */
try {
  const options = readOptions(process.argv.slice(2));
  if (options) await measure(options);
  else console.log(help);
} catch (error) {
  if (error instanceof WrongOptions) console.error(`${error.message}\n\n${help}`);
  else console.error(error);
  process.exitCode = error instanceof WrongOptions ? 2 : 1;
}

async function measure({ names, effort, json, smoke, write }: Options): Promise<void> {
  const sections: Record<string, Section> = {};
  for (const name of names) {
    const started = performance.now();
    console.error(`${name} …`);
    try {
      const section = await parts.get(name)?.measure(effort);
      if (section) sections[name] = section;
      console.error(`${name}: done in ${Math.round((performance.now() - started) / 1_000)} s`);
    } catch (error) {
      console.error(`${name} failed:`, error);
      process.exitCode = 1; // the other parts may still tell something
    }
  }
  const results = resultsOf(sections);
  const text = await page(results);
  if (json) console.log(JSON.stringify(results, undefined, 2));
  else console.log(smoke ? `Tried: ${Object.keys(sections).join(', ')}` : text);
  if (write) await save(results);
}
