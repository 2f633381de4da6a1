import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { read } from './harness/documents.js';

interface LockedPackage {
  version?: string;
  integrity?: string;
  resolved?: string;
  link?: boolean;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  hasInstallScript?: boolean;
}

const lock = JSON.parse(read('package-lock.json')) as {
  lockfileVersion: number;
  packages: Record<string, LockedPackage>;
};
const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, unknown>>;
const locked = Object.entries(lock.packages).filter(([place]) => place !== '');
const places = (those: (one: LockedPackage) => boolean) =>
  locked.filter(([, one]) => those(one)).map(([place]) => place);
const run = promisify(execFile);

const EXACT = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;

describe('package-lock.json', () => {
  it('pins the content of everything that an installation runs', () => {
    expect(lock.lockfileVersion).toBe(3);
    expect(
      places(({ integrity = '' }) => integrity !== '' && !/^sha512-[\w+/]{86}==$/.test(integrity)),
    ).toEqual([]);
    // The rest are tools for developers on other platforms, which the registry that made the file did not have.
    const unpinned = locked.filter(([, { integrity }]) => integrity === undefined);
    const otherwise = unpinned.filter(([, { dev, optional, os, cpu }]) => !(dev && optional && os && cpu));
    expect(otherwise.map(([place]) => place)).toEqual([]);
  });

  it('takes packages from the registry alone, at exact versions', () => {
    expect(places(({ resolved, link }) => resolved !== undefined || link === true)).toEqual([]);
    expect(places(({ version = '' }) => !EXACT.test(version))).toEqual([]);
    const asked = ['dependencies', 'optionalDependencies', 'devDependencies', 'overrides'].flatMap((kind) =>
      Object.entries(manifest[kind] ?? {}),
    );
    expect(asked.length).toBeGreaterThan(30);
    expect(asked.filter(([, version]) => typeof version !== 'string' || !EXACT.test(version))).toEqual([]);
  });
});

describe('an installation', () => {
  it('runs no script of any package', () => {
    expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
    // npm 11 asks for each by name, too.
    const withScript = new Set(
      places((one) => one.hasInstallScript === true).map((place) => place.split('node_modules/').at(-1)),
    );
    const refused = Object.fromEntries([...withScript].map((name) => [name, false]));
    expect(manifest.allowScripts).toMatchObject(refused);
    expect(Object.values(manifest.allowScripts ?? {}).filter(Boolean)).toEqual([]);
  });

  it('has nothing under a licence that nobody has looked at, and docs/licenses.md lists what it has', async () => {
    await expect(run(process.execPath, ['scripts/licenses.mjs', '--check'])).resolves.toBeDefined();
  });

  it('has a bill of materials, with a checksum and a licence for each package, that needs no network', async () => {
    const env = { ...process.env, npm_config_registry: 'http://127.0.0.1:9' };
    const { stdout } = await run('npm', ['run', '--silent', 'sbom'], { env, maxBuffer: 16 * 1024 * 1024 });
    const { components, bomFormat } = JSON.parse(stdout) as {
      bomFormat: string;
      components: { name: string; version: string; hashes?: object[]; licenses?: object[] }[];
    };
    expect(bomFormat).toBe('CycloneDX');
    const incomplete = components.filter(({ hashes, licenses }) => !hashes?.length || !licenses?.length);
    expect(incomplete).toEqual([]);
    const names = new Set(components.map(({ name }) => name));
    expect(Object.keys(manifest.dependencies ?? {}).filter((name) => !names.has(name))).toEqual([]);
    const forDevelopment = Object.keys(manifest.devDependencies ?? {}).filter(
      (name) => lock.packages[`node_modules/${name}`]?.dev,
    );
    expect(forDevelopment.filter((name) => names.has(name))).toEqual([]);
  }, 120_000);
});
