import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { blocksOf, read } from './harness/documents.js';

const EXTENDING = 'docs/extending.md';
const TESTING = 'docs/testing.md';
const root = process.cwd();

/** The errors of the compiler in these files; it runs with the checkout's own settings. */
function compileErrors(folder: string, files: readonly string[]): string[] {
  const { config } = ts.readConfigFile(path.join(folder, 'tsconfig.json'), read) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  const paths = files.map((file) => path.join(folder, file));
  const program = ts.createProgram(paths, { ...options, noEmit: true });
  return paths.flatMap((file) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) =>
        `${path.relative(folder, file)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
  });
}

/** The scaffold's time stamp as the documents have it. */
const STAMP = '1796000000000';
const COMMAND = 'new feature refunds --on charge.refunded';

/** A piece of a document: the file that its first line names, and what is to be in it. */
interface Snippet {
  file: string;
  text: string;
}

const snippetsOf = (document: string): Snippet[] =>
  blocksOf(read(document), 'ts').map((block) => {
    const [, file, text] = /^\/\/ (\S+\.ts)\n([^]*)$/.exec(block) ?? [];
    if (file === undefined || text === undefined)
      throw new Error(`${document} has code that names no file:\n${block}`);
    return { file, text };
  });

const diffs = blocksOf(read(EXTENDING), 'diff').map((block) => {
  const [, file = '', lines = ''] = /^--- (\S+)\n([^]*)$/.exec(block) ?? [];
  const without = (sign: '+' | '-') =>
    lines
      .split('\n')
      .filter((line) => !line.startsWith(sign))
      .map((line) => line.slice(1))
      .join('\n')
      .trimEnd();
  const added = [...lines.matchAll(/^\+(.*)$/gm)].map(([, line = '']) => line);
  return { file, before: without('+'), after: without('-'), added };
});

/** What the documents show and do not test: the guard, and the handler of thin events. */
const OTHER_SNIPPETS = `
import { Module } from '@nestjs/common';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { RequirementsHandlers } from '../src/features/requirements/requirements.handlers.js';
import { TrialsGuard } from '../src/features/trials/trials.guard.js';
import { anEvent, TurnpikeTestHarness } from '../src/testing/index.js';

@Module({ providers: [RequirementsHandlers, TrialsGuard] })
class SnippetsModule {}

let turnpike: TurnpikeTestHarness;
beforeAll(async () => {
  turnpike = await TurnpikeTestHarness.start({ modules: [SnippetsModule] });
  await turnpike.query('CREATE TABLE ended_trial (account text, ended_at timestamptz)');
  turnpike.stripe.behaviour = () => ({ status: 200, body: { id: 'acct_1', object: 'v2.core.account' } });
});
afterAll(() => turnpike.stop());

const updated = (account: string) => anEvent('v2.core.account[requirements].updated', { account });

it('the handler of thin events fetches the account', async () => {
  const event = updated('acct_1');
  await turnpike.deliver(event);
  await turnpike.settled();
  expect(await turnpike.runsOf(event)).toMatchObject([{ handler: 'requirements.tell', status: 'succeeded' }]);
  expect(turnpike.stripe.calls).toMatchObject([{ method: 'GET', path: '/v2/core/accounts/acct_1' }]);
});

it('the guard stops what comes after the end of a trial', async () => {
  await turnpike.query("INSERT INTO ended_trial VALUES ('acct_2', '2020-01-01')");
  const event = updated('acct_2');
  await turnpike.deliver(event);
  await turnpike.settled();
  expect(await turnpike.runsOf(event)).toMatchObject([
    { status: 'skipped', error: 'The trial of acct_2 has ended' },
  ]);
});
`;

describe('a checkout in which somebody does what docs/extending.md and docs/testing.md say', () => {
  const shown = [EXTENDING, TESTING].flatMap(snippetsOf);
  // Compiled here, because one run of the compiler is quicker than several.
  const others = ['docs/issuing.md', 'docs/stripe-apps.md'].flatMap(snippetsOf).map((snippet) => ({
    ...snippet,
    file: snippet.file.replace(/^src\/features\/[^/]+/, '$&-elsewhere'),
  }));
  const checkout = mkdtempSync(path.join(os.tmpdir(), 'turnpike-extending-'));
  const at = (file: string) => path.join(checkout, file);
  let said = '';
  /** What the scaffold wrote, by path, with the documents' time stamp. */
  const scaffolded = new Map<string, string>();
  let stamp = '';
  const asShown = (text: string) => text.replaceAll(stamp, STAMP);
  const asHere = (text: string) => text.replaceAll(STAMP, stamp);

  beforeAll(async () => {
    for (const name of ['src', 'migrations', 'test/harness']) cpSync(name, at(name), { recursive: true });
    for (const name of ['package.json', 'tsconfig.json', 'jest.config.mjs', '.prettierrc.json']) {
      cpSync(name, at(name));
    }
    symlinkSync(path.join(root, 'node_modules'), at('node_modules'));
    said = await node(
      '--import',
      './src/testing/typescript-loader.mjs',
      'src/cli/main.ts',
      ...COMMAND.split(' '),
    );
    stamp = /migrations\/(\d+)-/.exec(said)?.[1] ?? '';
    for (const [, file = ''] of said.matchAll(/^(?:created|changed) +(\S+)$/gm)) {
      scaffolded.set(asShown(file), asShown(readFileSync(at(file), 'utf8')));
    }
  }, 300_000);
  afterAll(() => rmSync(checkout, { recursive: true, force: true }));

  /** Runs Node in the checkout, with servers of its own. @throws Error with all that it said, when it fails */
  async function node(...args: string[]): Promise<string> {
    const { TURNPIKE_TEST_STACK: _stack, JEST_WORKER_ID: _worker, ...env } = process.env;
    const run = promisify(execFile)(process.execPath, args, { cwd: checkout, env });
    const { stdout } = await run.catch((error: Error & { stdout: string; stderr: string }) => {
      throw new Error(`${args.join(' ')} failed:\n${error.stdout}${error.stderr}`);
    });
    return stdout;
  }

  it('gets the files that docs/extending.md lists, with the content that it shows', () => {
    const document = read(EXTENDING);
    expect(document).toContain(`$ npx turnpike ${COMMAND}\n`);
    const [, listed] = /refunds --on charge.refunded\n((?:(?:created|changed) .*\n)+)/.exec(document) ?? [];
    expect(listed).toBe(asShown(said).replace(/\n\n[^]*$/, '\n'));
    for (const { file, text } of shown)
      expect({ file, text }).toEqual({ file, text: scaffolded.get(file) ?? text });
    for (const { file, added } of diffs) {
      const lines = scaffolded.get(file)?.split('\n') ?? [];
      if (file !== 'src/features/refunds/refunds.module.ts')
        expect(lines).toEqual(expect.arrayContaining(added));
    }
  });

  it('has code that compiles and specs that pass', async () => {
    for (const { file, text } of [...shown, ...others]) {
      if (scaffolded.has(file)) continue;
      mkdirSync(path.dirname(at(file)), { recursive: true });
      writeFileSync(at(file), asHere(text));
    }
    for (const { file, before, after } of diffs.filter((diff) => diff.before !== '')) {
      const text = readFileSync(at(file), 'utf8');
      expect({ file, text }).toEqual({ file, text: expect.stringContaining(before) });
      writeFileSync(at(file), text.replace(before, after));
    }
    writeFileSync(at('test/other-snippets.ts'), OTHER_SNIPPETS);
    // Specs of one file load the application once.
    const specFiles = [...scaffolded.keys(), ...shown.map(({ file }) => file)].filter((file) =>
      file.endsWith('.spec.ts'),
    );
    const imports = [...new Set(specFiles), 'test/other-snippets.ts'].map(
      (file) => `import './${path.relative('test', file).replace(/\.ts$/, '.js')}';\n`,
    );
    expect(imports.length).toBe(6);
    writeFileSync(at('test/all.spec.ts'), imports.join(''));
    const specs = node('node_modules/jest/bin/jest.js', '--testTimeout=120000', 'test/all.spec.ts');
    specs.catch(() => undefined); // what the compiler says comes first
    const files = [...shown, ...others].map(({ file }) => file);
    expect(
      compileErrors(
        checkout,
        files.map((file) => asHere(file)),
      ),
    ).toEqual([]);
    expect(await specs).toMatch(/^\d+ passed, 0 failed$/m);
  }, 300_000);
});
