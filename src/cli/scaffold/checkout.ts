import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as prettier from 'prettier';
import { CliError, exitCodes } from '../cli-error.js';

export const FEATURES = 'src/features/features.ts';
export const MIGRATIONS = 'migrations/index.ts';

/**
 * The folder of the project that the command was called in, or in a folder of.
 *
 * @throws CliError when there is none
 */
export function checkoutRoot(from: string): string {
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    if ([FEATURES, MIGRATIONS, 'package.json'].every((file) => existsSync(path.join(folder, file))))
      return folder;
    if (folder === path.dirname(folder)) break;
  }
  throw new CliError(
    `${from} is not in a checkout of Turnpike: there is no ${FEATURES}. Go to the folder that you cloned`,
    exitCodes.usage,
  );
}

type Prettier = Pick<typeof prettier, 'format' | 'resolveConfig'>;

/** Formats the text of a file as the checkout's own prettier does. */
export type Format = (file: string, text: string) => Promise<string>;

/** @throws CliError when the development packages are not installed */
export function formatterOf(root: string): Format {
  const { format, resolveConfig } = prettierOf(root);
  return async (file, text) => {
    const filepath = path.join(root, file);
    return format(text, { ...(await resolveConfig(filepath)), filepath });
  };
}

/** A development package: only a checkout has it, and only the checkout's knows the style. */
function prettierOf(root: string): Prettier {
  try {
    return createRequire(path.join(root, 'package.json'))('prettier') as Prettier;
  } catch (cause) {
    throw new CliError('prettier is not installed, which formats what is written. Run: npm ci', undefined, {
      cause,
    });
  }
}
