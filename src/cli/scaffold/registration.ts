import { CliError } from '../cli-error.js';
import { FEATURES, MIGRATIONS } from './checkout.js';
import { pascalCase } from './feature-name.js';

const LINE = /^export \{ \w+ as '([^']+)' \} from '[^']+';$/;

/** The names of the registered features. */
const featureNames = (features: string): string[] =>
  features.split('\n').flatMap((line) => LINE.exec(line)?.[1] ?? []);

/** The list of features with one more line, before the first name that is greater. */
export function withFeature(features: string, name: string): string {
  const line = `export { ${pascalCase(name)}Module as '${name}' } from './${name}/${name}.module.js';`;
  const lines = features.trimEnd().split('\n');
  const names = lines.map((one) => LINE.exec(one)?.[1]);
  const next = names.findIndex((one) => one !== undefined && one > name);
  const last = names.findLastIndex((one) => one !== undefined);
  const at = next === -1 ? (last === -1 ? lines.length : last + 1) : next;
  return `${lines.toSpliced(at, 0, line).join('\n')}\n`;
}

/** The greatest timestamp of the registered migrations, in milliseconds since 1970. */
export const lastTimestamp = (migrations: string): number =>
  Math.max(0, ...[...migrations.matchAll(/from '\.\/(\d+)-/g)].map(([, timestamp]) => Number(timestamp)));

/** @throws CliError when the list does not look like one */
export function withMigration(migrations: string, name: string, timestamp: number): string {
  const [, imports, before, entries] =
    /^((?:import [^;]+;\n)+)([^]*= \[)([^\]]*)\];\s*$/.exec(migrations) ?? [];
  if (imports === undefined || before === undefined || entries === undefined) {
    throw new CliError(
      `${MIGRATIONS} does not look as it should: imports, and a list of all migrations at the end. Nothing was written`,
    );
  }
  const className = `${pascalCase(name)}${timestamp}`;
  const list = [...entries.split(',').map((one) => one.trim()), className].filter(Boolean).join(',\n  ');
  return `${imports}import { ${className} } from './${timestamp}-${name}.js';\n${before}\n  ${list},\n];\n`;
}

/** @throws CliError when the feature is there, or was there and left its migration */
export function refuseTaken(
  name: string,
  features: string,
  paths: readonly string[],
  migrations: readonly string[],
): void {
  const old = migrations.find((file) => file.replace(/^\d+-/, '') === `${name}.ts`);
  const there = old === undefined ? paths[0] : `migrations/${old}`;
  if (featureNames(features).includes(name))
    throw new CliError(`the feature ${name} is there already: see ${FEATURES}`);
  if (there !== undefined)
    throw new CliError(`${there} is there already. Nothing was written: choose another name`);
}
