import { CliError, exitCodes } from '../cli-error.js';

/** Leaves room in Postgres' 63 characters for what is made of the name. */
const LONGEST = 40;
const VALID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** @throws CliError when it is no name for a folder, a class, a table and a handler's id at once */
export function checkFeatureName(name: string): void {
  if (VALID.test(name) && name.length <= LONGEST) return;
  const better = kebabCase(name);
  const advice = VALID.test(better) && better.length <= LONGEST ? `\nDid you mean ${better}?` : '';
  throw new CliError(
    `${name} is not a name for a feature: it takes up to ${LONGEST} small letters, digits and single hyphens, ` +
      `and begins with a letter, like tax-forms${advice}`,
    exitCodes.usage,
  );
}

/** `tax-forms` → `TaxForms` */
export const pascalCase = (name: string): string =>
  name.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());

/** `tax-forms` → `tax_forms` */
export const snakeCase = (name: string): string => name.replaceAll('-', '_');

/** `TaxForms`, `tax forms` → `tax-forms` */
const kebabCase = (text: string): string =>
  text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-0-9]+|-+$/g, '');
