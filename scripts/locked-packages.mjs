// What an installation runs, as package-lock.json has it: for docs/licenses.md and the bill of materials.
import { existsSync, readFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const readJson = (file) => JSON.parse(readFileSync(new URL(file, root), 'utf8'));

/** Production packages, those for other platforms included: `{ name, version, license }`. */
export const productionPackages = () =>
  Object.entries(readJson('package-lock.json').packages).flatMap(([place, locked]) =>
    place === '' || locked.dev
      ? []
      : [
          {
            name: place.split('node_modules/').at(-1),
            version: locked.version,
            license: licenseOf(place, locked),
          },
        ],
  );

/** An SPDX expression. Old packages say it in other fields than the lock file keeps. */
function licenseOf(place, locked) {
  if (locked.license) return locked.license;
  const manifest = `${place}/package.json`;
  const { license, licenses = [] } = existsSync(new URL(manifest, root)) ? readJson(manifest) : {};
  return (
    [license, ...licenses].map((one) => (typeof one === 'string' ? one : one?.type)).find(Boolean) ??
    'unknown'
  );
}
