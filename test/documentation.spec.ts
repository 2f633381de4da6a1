import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigurationError, configVariables, loadConfig } from '../src/config/env.js';
import { Metrics } from '../src/metrics/metrics.js';
import { isOfAbsentFeature } from './harness/absent-features.js';
import { TestApp } from './harness/app.js';
import { anchorsOf, documents, generatedPart, markdownTable, read } from './harness/documents.js';
import { createDatabase, redisUrl, type TestDatabase, uniquePrefix } from './harness/stack.js';

const OPERATIONS = 'docs/operations.md';
const code = (text: string) => (text ? `\`${text}\`` : '–');

/** Compares a part of docs/operations.md with what the code says; with UPDATE_DOCS=1 it writes the part instead. */
function expectGenerated(name: string, rows: string[][]): void {
  const wanted = `\n${markdownTable(rows)}\n\n`;
  const { before, content, after } = generatedPart(read(OPERATIONS), name);
  if (process.env.UPDATE_DOCS) writeFileSync(OPERATIONS, before + wanted + after);
  else if (content !== wanted) {
    throw new Error(
      `The table of ${name} in ${OPERATIONS} is out of date. Run: npm run docs:tables\n${wanted}`,
    );
  }
}

describe('docs/operations.md', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createDatabase();
    const servers = { databaseUrl: database.url, redisUrl: redisUrl(), prefix: uniquePrefix() };
    // With every way in: some bring metrics of their own.
    const env = { STRIPE_APP_SECRETS: 'absec_test', STRIPE_ISSUING_WEBHOOK_SECRETS: 'whsec_issuing' };
    app = await TestApp.start({ ...servers, env });
  });
  afterAll(async () => {
    await app.stop();
    await database.drop();
  });

  it('lists every variable of the configuration with its default, an example and its meaning', () => {
    const rows = configVariables.map((one) => [
      code(one.name),
      code(one.default),
      code(one.example),
      one.description,
    ]);
    expectGenerated('configuration', [['variable', 'default', 'example', 'meaning'], ...rows]);
  });

  it('names the variables without which a production process does not start', () => {
    const [, sentence = ''] =
      /^Without a default, and needed in production: ([^.]+)\./m.exec(read(OPERATIONS)) ?? [];
    const named = [...sentence.matchAll(/`(\w+)`/g)].map(([, name]) => name);
    let problems: readonly string[] = [];
    try {
      loadConfig({ NODE_ENV: 'production' });
    } catch (error) {
      problems = (error as ConfigurationError).problems;
    }
    expect(new Set(named)).toEqual(new Set(problems.map((problem) => problem.split(' ', 1)[0])));
  });

  it('lists every metric with its type and labels', () => {
    const registered: unknown[] = app.nest.get(Metrics).registry.getMetricsAsArray();
    const metrics = registered as { name: string; type: string; labelNames: string[]; help: string }[];
    const rows = metrics
      .filter(({ name }) => name.startsWith('turnpike_'))
      .map((one) => [code(one.name), one.type, one.labelNames.map(code).join(', ') || '–', one.help])
      .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1));
    expectGenerated('metrics', [['metric', 'type', 'labels', 'meaning'], ...rows]);
  });

  it('explains every reason code that a webhook route, a health check or an admin route can answer with', () => {
    const folders = readdirSync('src').filter((name) =>
      /^(?:http|signature|health|admin.*|operator-.*|event-.*|.*-webhooks)$/.test(name),
    );
    const sources = folders
      .flatMap((folder) =>
        readdirSync(`src/${folder}`, { recursive: true }).map((file) => `src/${folder}/${String(file)}`),
      )
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
      .map(read)
      .join('\n')
      .replaceAll(/^\s*(?:\*|\/\*\*).*$/gm, '');
    const thrown = [...sources.matchAll(/new Problem\(\s*\d+,\s*'(\w+)'/g)].map(([, name]) => name);
    const refusals = [...sources.matchAll(/^\s*\| '(signature_\w+)'/gm)].map(([, name]) => name);
    expect(refusals.length).toBeGreaterThan(0);
    const documents = [OPERATIONS, 'docs/admin.md', 'docs/alerts.md', 'docs/mail.md'].map(read).join('\n');
    const undocumented = [...thrown, ...refusals].filter((name) => !documents.includes(`\`${name}\``));
    expect(undocumented).toEqual([]);
  });
});

describe('docs/extending.md', () => {
  const text = read('docs/extending.md');

  it('lists every option of a handler', () => {
    const source = read('src/event-handlers/handler-options.ts');
    const [, members = ''] = /^export interface HandlerOptions \{([^]*?)^\}/m.exec(source) ?? [];
    const options = [...members.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name]) => name);
    const [, section = ''] = /^## Options\n([^]*?)^## /m.exec(text) ?? [];
    const listed = [...section.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    expect(new Set(listed)).toEqual(new Set(options));
  });
});

describe('docs/architecture.md', () => {
  const text = read('docs/architecture.md');

  it('places every folder of src', () => {
    const folders = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('names every import rule', () => {
    const rules = [...read('.dependency-cruiser.cjs').matchAll(/name: '([\w-]+)'/g)].map(([, name]) => name);
    expect(rules.length).toBeGreaterThan(10);
    expect(rules.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});

describe.each(documents)('%s', (file) => {
  const text = read(file);
  const prose = text.replaceAll(/^```[^]*?^```/gm, '');

  it('links only to files and headings that exist', () => {
    const targets = [...prose.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
    const broken = targets.filter(([, target = '', anchor]) => {
      const found = target === '' ? file : path.join(path.dirname(file), target);
      if (!existsSync(found)) return !isOfAbsentFeature(found);
      return anchor !== undefined && !anchorsOf(read(found)).includes(anchor);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});
