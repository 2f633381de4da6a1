// npm run lock:complete, after package-lock.json was made: `npm ci` wants an entry for every optional package, those of
// other platforms included. Where the registry that was used did not serve some of them, npm left them out of the lock.
// This adds an entry that says which version it is and where it belongs, so that only such a machine asks for it.
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];

/** `@swc/core-linux-x64-musl` → os linux, cpu x64, libc musl. */
function platformOf(name) {
  const words = name.split(/[/-]/).slice(1);
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  if (!os || !cpu) throw new Error(`${name}: the name does not tell its platform, add it by hand`);
  const libc = os === 'linux' && words.map((word) => /^(gnu|musl)/.exec(word)?.[1]).find(Boolean);
  return { os: [os], cpu: [cpu], ...(libc && { libc: [libc === 'gnu' ? 'glibc' : 'musl'] }) };
}

/** Whether a package that is installed at this place finds the other one, as Node looks for it. */
function isLocked(place, name) {
  const nested = place ? `${place}/node_modules/${name}` : `node_modules/${name}`;
  if (lock.packages[nested]) return true;
  return place !== '' && isLocked(place.slice(0, Math.max(0, place.lastIndexOf('node_modules/') - 1)), name);
}

const missing = Object.entries(lock.packages).flatMap(([place, { optionalDependencies = {}, dev }]) =>
  Object.entries(optionalDependencies)
    .filter(([name]) => !isLocked(place, name))
    .map(([name, version]) => ({ name, version, dev })),
);
for (const { name, version, dev } of missing) {
  if (!/^\d+\.\d+\.\d+/.test(version))
    throw new Error(`${name}@${version} is not one version, add it by hand`);
  const { cpu, libc, os } = platformOf(name);
  // The fields in npm's own order
  lock.packages[`node_modules/${name}`] = {
    version,
    cpu,
    ...(dev && { dev }),
    ...(libc && { libc }),
    optional: true,
    os,
  };
}
if (missing.length > 0) {
  lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
}
console.log(`${missing.length} entries added`);
