import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { isOfAbsentFeature } from './harness/absent-features.js';
import { read } from './harness/documents.js';
import { titlesIn } from './harness/test-titles.js';
import { mutations } from './mutations.js';

/** A spec file with the tests in it that are named behind it: `test/x.spec.ts` “does this” “and that”. */
const REFERENCE = /`(?<file>(?:src|test)\/[\w./-]+\.spec\.ts)`(?<titles>(?:\s+“[^“”]+”)*)/g;

const referencesOf = (text: string) =>
  [...text.matchAll(REFERENCE)].map(({ groups: { file = '', titles = '' } = {} }) => ({
    file,
    titles: [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => title.replaceAll(/\s+/g, ' ')),
  }));

/** Sections by their heading, of this level. */
const sectionsOf = (text: string, level: number): [string, string][] =>
  text
    .split(new RegExp(`^${'#'.repeat(level)} `, 'm'))
    .slice(1)
    .map((section) => [section.split('\n', 1)[0] ?? '', section.split(/^#{1,2} /m, 1)[0] ?? '']);

describe.each([
  ['SECURITY.md', 3],
  ['docs/guarantees.md', 2],
] as const)('%s', (document, level) => {
  const text = read(document);

  it('names only tests that exist, by file and title', () => {
    const references = referencesOf(text);
    expect(references.length).toBeGreaterThan(20);
    const missing = references.flatMap(({ file, titles }) => {
      if (isOfAbsentFeature(file) && !existsSync(file)) return [];
      const found = existsSync(file) ? titlesIn(file) : new Set<string>();
      const wrong = titles.filter((title) => !found.has(title));
      return titles.length === 0 || wrong.length > 0 ? [{ file, wrong }] : [];
    });
    expect(missing).toEqual([]);
  });

  it.each(sectionsOf(text, level))('shows by tests what it says of: %s', (_heading, section) => {
    expect(referencesOf(section).length).toBeGreaterThan(0);
  });
});

describe('docs/guarantees.md', () => {
  it('says of each breakage which promise it would break, and of none that there is not', () => {
    const named = [
      ...read('docs/guarantees.md').matchAll(/^- \*\*Broken on purpose\*\*:([^.]+)\./gm),
    ].flatMap(([, list = '']) => [...list.matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name));
    expect(named.toSorted()).toEqual(mutations.map(({ name }) => name).toSorted());
  });

  it('names the test that must notice each of them', () => {
    const named = referencesOf(read('docs/guarantees.md')).flatMap(({ file, titles }) =>
      titles.map((title) => `${file} ${title}`),
    );
    expect(
      mutations.map(({ spec, test }) => `${spec} ${test}`).filter((one) => !named.includes(one)),
    ).toEqual([]);
  });
});
