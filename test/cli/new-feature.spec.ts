import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { FeatureRequest } from '../../src/cli/scaffold/blueprint.js';
import { eventObjects } from '../../src/cli/scaffold/event-objects.js';
import { featureFiles } from '../../src/cli/scaffold/feature-files.js';
import { snapshotEventTypes, thinEventTypes } from '../../src/event-handlers/known-event-types.js';
import { CheckoutCopy, type Ended } from './checkout-copy.js';
import { CommandLine } from './command-line.js';

const FEATURES = 'src/features/features.ts';
const LONG = 300_000;

let checkout: CheckoutCopy;
const newFeature = (...args: string[]) => checkout.turnpike(['new', 'feature', ...args]);
const done = { code: 0 };

beforeAll(async () => {
  await CommandLine.build();
  checkout = new CheckoutCopy();
}, LONG);
afterAll(() => checkout.remove());

describe('turnpike new feature', () => {
  let written: string[];
  let ended: Ended;

  beforeAll(async () => {
    const before = checkout.sources();
    ended = await newFeature('tax-refunds', '--on', 'charge.refunded', '--on', 'charge.updated');
    const changed = [...checkout.sources()].filter(([file, text]) => before.get(file) !== text);
    written = changed.map(([file]) => file);
  });

  it('writes a module, handlers, an entity, a migration and a spec, registers them, and says so', () => {
    const timestamp = /migrations\/(\d+)-tax-refunds/.exec(written.join('\n'))?.[1];
    const changed = ['migrations/index.ts', FEATURES];
    const created = [
      `migrations/${timestamp}-tax-refunds.ts`,
      'src/features/tax-refunds/tax-refunds-record.entity.ts',
      'src/features/tax-refunds/tax-refunds.handlers.ts',
      'src/features/tax-refunds/tax-refunds.module.ts',
      'test/features/tax-refunds.spec.ts',
    ];
    expect(new Set(written)).toEqual(new Set([...created, ...changed]));
    const lines = [
      ...created.map((file) => `created  ${file}`),
      ...changed.map((file) => `changed  ${file}`),
    ];
    expect(ended.code).toBe(0);
    expect(new Set(ended.out.trim().split('\n'))).toEqual(new Set(lines));
    expect(ended.err).toContain('npx turnpike send charge.refunded');
  });

  it('registers the module in its place by name, and the migration as the last', () => {
    expect(checkout.read('migrations/index.ts')).toMatch(/  TaxRefunds\d+,\n\];\n$/);
    const names = [...checkout.read(FEATURES).matchAll(/ as '([^']+)'/g)].map(([, name = '']) => name);
    expect(names).toEqual(names.toSorted());
    expect(checkout.read(FEATURES)).toContain(
      `\nexport { TaxRefundsModule as 'tax-refunds' } from './tax-refunds/tax-refunds.module.js';\n`,
    );
  });

  it(
    'writes what passes the format, the linter, the import rules and the search for dead code',
    async () => {
      expect(await checkout.tool('prettier/bin/prettier.cjs', '--check', ...written)).toMatchObject(done);
      expect(
        await checkout.tool('oxlint/bin/oxlint', '--type-aware', '--deny-warnings', ...written),
      ).toMatchObject(done);
      expect(
        await checkout.tool(
          'dependency-cruiser/bin/dependency-cruise.mjs',
          '--config',
          '.dependency-cruiser.cjs',
          ...written,
        ),
      ).toMatchObject(done);
      expect((await checkout.tool('knip/bin/knip.js')).out).not.toMatch(/tax-?refunds/i);
    },
    LONG,
  );

  it(
    'writes a spec that passes',
    async () => {
      const spec = 'test/features/tax-refunds.spec.ts';
      const passed = { ...done, out: expect.stringContaining('3 passed, 0 failed') };
      expect(await checkout.tool('jest/bin/jest.js', '--runInBand', spec)).toMatchObject(passed);
    },
    LONG,
  );

  it(
    'writes code that compiles for every event type there is',
    async () => {
      const known: string[] = [...snapshotEventTypes, ...thinEventTypes];
      expect(eventObjects.flatMap(({ types }) => types).toSorted()).toEqual(known.toSorted());
      for (const [i, { types }] of eventObjects.entries()) {
        await generate(
          { name: `every-${i}`, on: types, source: 'connect' },
          (file) => !file.includes('.spec.'),
        );
        await generate({ name: `one-${i}`, on: types.slice(-1) });
      }
      const include = [
        'src/features',
        'migrations',
        'test/features/one-*',
        'test/features/tax-refunds.spec.ts',
      ];
      write('tsconfig.generated.json', JSON.stringify({ extends: './tsconfig.json', include }));
      const compiled = await checkout.tool('typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.generated.json');
      expect(compiled).toEqual({ code: 0, out: '', err: '' });
    },
    LONG,
  );
});

async function generate(request: FeatureRequest, isWanted = (_file: string) => true): Promise<void> {
  for (const { action, path: file, content } of await featureFiles(checkout.folder, request, unformatted)) {
    if (action === 'create' && isWanted(file)) write(file, content);
  }
}

const unformatted = (_file: string, text: string) => Promise.resolve(text);

function write(file: string, content: string): void {
  const target = path.join(checkout.folder, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, content);
}

/** The first feature of the list; there is none when somebody has taken all of them away. */
const takenNames = /as '([^']+)'/.exec(readFileSync('src/features/features.ts', 'utf8'))?.slice(1) ?? [];

describe('turnpike new feature, asked wrongly, writes nothing and', () => {
  it.each([
    [
      ['Tax Forms', '--on', 'payout.paid'],
      2,
      /^error: Tax Forms is not a name for a feature: .*\nDid you mean tax-forms\?$/,
    ],
    [['9', '--on', 'payout.paid'], 2, /^error: 9 is not a name for a feature: .* like tax-forms$/],
    [['../x', '--on', 'payout.paid'], 2, /^error: \.\.\/x is not a name .*\nDid you mean x\?$/],
    [['a'.repeat(41), '--on', 'payout.paid'], 2, /^error: a{41} is not a name/],
    ...takenNames.map((name): [string[], number, RegExp] => [
      [name, '--on', 'payout.paid'],
      1,
      new RegExp(`^error: the feature ${name} is there already: see src/features/features.ts$`),
    ]),
    [
      ['event-store', '--on', 'payout.paid'],
      1,
      /^error: migrations\/\d+-event-store.ts is there already\. Nothing/,
    ],
    [
      ['fresh', '--on', 'charge.refundet'],
      2,
      /^error: unknown event type charge.refundet\nDid you mean charge.refunded, /,
    ],
    [
      ['fresh', '--on', 'charge.refunded', '--on', 'balance.available'],
      2,
      /^error: charge.refunded and balance.available do not go into one table/,
    ],
    [['fresh', '--on', 'charge.refunded', '--on', 'v2.core.account.closed'], 2, /do not go into one table/],
    [['fresh'], 2, /^error: required option '--on <type>' not specified$/],
    [['fresh', '--on', 'payout.paid', '--source', 'issuing'], 2, /Allowed choices are direct, connect/],
    [['--on', 'payout.paid'], 2, /^error: missing required argument 'name'$/],
  ])('%j says what is wrong', async (args, exitCode, message) => {
    const before = checkout.sources();
    const { code, out, err } = await newFeature(...args);
    expect(err.trim()).toMatch(message);
    expect({ code, out }).toEqual({ code: exitCode, out: '' });
    expect(checkout.sources()).toEqual(before);
  });

  it('says where it works, outside of a checkout', async () => {
    const { code, err } = await checkout.turnpike(
      ['new', 'feature', 'fresh', '--on', 'payout.paid'],
      os.tmpdir(),
    );
    expect(err).toMatch(/is not in a checkout of Turnpike: there is no src\/features\/features.ts/);
    expect(code).toBe(2);
  });

  it('shows all files with --dry-run, also from a folder below', async () => {
    const before = checkout.sources();
    const args = ['new', 'feature', 'fresh', '--on', 'v2.core.account.closed', '--dry-run'];
    const shown = await checkout.turnpike(args, path.join(checkout.folder, 'docs'));
    expect(shown).toMatchObject({ code: 0, err: 'nothing was written\n' });
    expect(shown.out).toContain(`--- create src/features/fresh/fresh.handlers.ts\nimport { Injectable }`);
    const { out } = await checkout.turnpike([...args, '--json']);
    expect(JSON.parse(out)).toMatchObject({ name: 'fresh', written: false, files: { length: 7 } });
    expect(checkout.sources()).toEqual(before);
  });
});
