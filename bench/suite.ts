import { acknowledgement } from './parts/acknowledgement.js';
import { fullStore } from './parts/full-store.js';
import { handlerStart } from './parts/handler-start.js';
import { ingest } from './parts/ingest.js';
import { memory } from './parts/memory.js';
import { processing } from './parts/processing.js';
import { scale } from './parts/scale.js';
import { start } from './parts/start.js';
import type { Effort } from './rounds.js';
import type { Section } from './section.js';

/** A part of the suite. */
interface Part {
  about: string;
  measure: (effort: Effort) => Promise<Section>;
}

/** In the order of the page. */
export const parts = new Map<string, Part>([
  ['ingest', { about: 'events acknowledged per second, and what each costs', measure: ingest }],
  ['acknowledgement', { about: 'its p99 at 30 % load', measure: acknowledgement }],
  ['processing', { about: 'runs per second of one worker', measure: processing }],
  ['handler-start', { about: 'from the acknowledgement to the handler', measure: handlerStart }],
  ['full-store', { about: 'ingest with 5,000,000 stored events', measure: fullStore }],
  ['scale', { about: 'two api processes and two workers', measure: scale }],
  ['memory', { about: 'of the processes and of Redis, over many events', measure: memory }],
  ['start', { about: '`npm start`, warm and cold', measure: start }],
]);
