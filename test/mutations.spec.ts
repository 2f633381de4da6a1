import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { read } from './harness/documents.js';
import { titlesIn } from './harness/test-titles.js';
import { mutations } from './mutations.js';

/** What stops a file from being read as TypeScript, types aside. */
const syntaxErrors = (file: string, text: string) =>
  ts
    .transpileModule(text, {
      fileName: file,
      reportDiagnostics: true,
      compilerOptions: { experimentalDecorators: true },
    })
    .diagnostics?.map(({ messageText }) => messageText);

describe('the breakages that tests must notice (npm run test:mutations)', () => {
  it('are enough, and told apart by their names', () => {
    const names = mutations.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(16);
  });

  it.each(mutations.map((mutation) => [mutation.name, mutation] as const))(
    '%s still fits the code, leaves it a program, and names a test that there is',
    (_name, { edits, spec, test }) => {
      const changed = new Map<string, string>();
      for (const { file, find, replace } of edits) {
        const parts = (changed.get(file) ?? read(file)).split(find);
        expect([file, find, parts.length - 1]).toEqual([file, find, 1]);
        expect(find).not.toBe(replace);
        changed.set(file, parts.join(replace));
      }
      for (const [file, text] of changed) expect(syntaxErrors(file, text)).toEqual([]);
      expect([...titlesIn(spec)]).toContain(test);
    },
  );
});
