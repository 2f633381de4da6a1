import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CliError } from '../cli-error.js';
import type { FeatureFile } from './feature-files.js';

type Undo = () => void;

/**
 * Writes all files, or none: what was written before an error is taken back. Files that are there already are changed
 * last, so that whoever stops the command in the middle leaves nothing that anybody imports.
 *
 * @throws CliError that says what could not be written
 */
export function writeAllOrNothing(root: string, files: readonly FeatureFile[]): void {
  const undo: Undo[] = [];
  try {
    for (const { path: file, action, content } of files) {
      const target = path.join(root, file);
      undo.push(action === 'create' ? create(target, content) : replace(target, content));
    }
  } catch (cause) {
    for (const one of undo.toReversed()) one();
    throw new CliError(`nothing was written: ${(cause as Error).message}`, undefined, { cause });
  }
}

function create(target: string, content: string): Undo {
  const firstNew = mkdirSync(path.dirname(target), { recursive: true });
  const undo = () => {
    rmSync(target, { force: true });
    if (firstNew !== undefined) rmSync(firstNew, { recursive: true, force: true });
  };
  try {
    writeFileSync(target, content, { flag: 'wx' });
  } catch (error) {
    if (firstNew !== undefined) rmSync(firstNew, { recursive: true, force: true });
    throw error;
  }
  return undo;
}

/** By renaming: whoever reads the file meanwhile sees the old one or the new one. */
function replace(target: string, content: string): Undo {
  const before = readFileSync(target, 'utf8');
  const put = (text: string) => {
    const draft = `${target}.${process.pid}.tmp`;
    try {
      writeFileSync(draft, text, { flag: 'wx' });
      renameSync(draft, target);
    } finally {
      rmSync(draft, { force: true });
    }
  };
  put(content);
  return () => put(before);
}
