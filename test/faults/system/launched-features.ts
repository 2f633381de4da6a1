import { features } from './handlers.js';

/** Takes the place of the list in src/features/features.ts: see launched-features.mjs. */
export const [faults] = features;
