import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/**
 * The content of a JSON file; `undefined` where there is none.
 *
 * @throws when the file is there but cannot be read, with what to do
 */
export function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${file} cannot be read (${String(cause)}). Delete it to have a new one made.`, {
      cause,
    });
  }
}

/** Writes a file only its owner can read, whole or not at all. */
export function writeJson(file: string, content: unknown): void {
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(unfinished, file);
}
