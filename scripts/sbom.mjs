// npm run --silent sbom: prints the packages that an installation runs as a CycloneDX bill of materials, with checksums and
// licences. It asks nobody. `npm sbom --omit=dev` alone leaves out what development packages use as well, such as zod.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { productionPackages } from './locked-packages.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const { name, version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const licenses = new Map(productionPackages().map((one) => [`${one.name}@${one.version}`, one.license]));
const isKept = (ref) => ref === `${name}@${version}` || licenses.has(ref);

const output = execFileSync('npm', ['sbom', '--package-lock-only', '--sbom-format=cyclonedx'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const all = JSON.parse(output);
all.metadata.component.name = name; // npm takes the name of the folder
const components = all.components
  .filter((one) => isKept(one['bom-ref']))
  .map((one) => ({ ...one, licenses: one.licenses ?? [{ license: { id: licenses.get(one['bom-ref']) } }] }));
const dependencies = all.dependencies
  .filter(({ ref }) => isKept(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(isKept) }));
process.stdout.write(`${JSON.stringify({ ...all, components, dependencies }, undefined, 2)}\n`);
