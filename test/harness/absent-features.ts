import { readFileSync } from 'node:fs';

/** The contract names the features that there were when it was written. */
const known = (JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as { 'x-features': string[] })[
  'x-features'
];
const list = readFileSync('src/features/features.ts', 'utf8');

/** Features that the documents know and somebody took away: nobody misses what came with them. */
export const absentFeatures: readonly string[] = known.filter((name) => !list.includes(` as '${name}' }`));

/** Whether a file or folder of the project went with a feature. */
export const isOfAbsentFeature = (file: string): boolean =>
  absentFeatures.some((name) => new RegExp(`^(?:src|test)/features/${name}\\b`).test(file));
