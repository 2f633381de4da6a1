// Loaded into every process of `npm start` in the fault tests: the built application gets their handlers instead of the
// features of src/features/features.ts, and they get the built src/event-handlers.
import { register } from 'node:module';
import '../../harness/typescript-loader.mjs';

const isHook = new URL(import.meta.url).searchParams.has('hook');
if (!isHook) register(`${import.meta.url}?hook`);

const here = new URL('.', import.meta.url).href;
const dist = new URL('../../../dist/', import.meta.url).href;

export async function resolve(specifier, context, next) {
  const from = context.parentURL ?? '';
  if (specifier === './features.js' && from.startsWith(dist))
    return next(`${here}launched-features.ts`, context);
  if (specifier.endsWith('/src/event-handlers/index.js') && from.startsWith(here)) {
    return next(`${dist}src/event-handlers/index.js`, context);
  }
  return next(specifier, context);
}
