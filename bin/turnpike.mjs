#!/usr/bin/env node
import { buildIfStale } from '../scripts/build-if-stale.mjs';

try {
  await buildIfStale(console.error);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
await import('../dist/src/cli/main.js');
