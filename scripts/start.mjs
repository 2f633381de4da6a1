// npm start: builds what is stale, then src/embedded/launcher.ts does the rest.
import { buildIfStale } from './build-if-stale.mjs';

const parent = process.ppid; // noted before anything slow, during which it may be killed
try {
  await buildIfStale((line) => console.log(`[turnpike] ${line}`));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const { launch } = await import('../dist/src/embedded/launcher.js');
process.exit(await launch(parent));
