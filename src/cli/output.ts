/** Writes a line, or several, to standard output: what was asked for. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Writes a value as JSON to standard output, for programs. */
export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));

/** Writes a line to standard error: what is going on. */
export const note = (text: string): void => void process.stderr.write(`${text}\n`);

/**
 * Writes the entries of a list: an array for programs, else a text.
 *
 * @param more - whether the list goes on
 * @param none - what to say when there are no entries
 */
export function printList<T>(
  { data, more }: { data: readonly T[]; more: boolean },
  { json }: { json?: boolean },
  text: (entries: readonly T[]) => string,
  none: string,
): void {
  if (json) printJson(data);
  else if (data.length === 0) note(none);
  else print(text(data));
  if (more && !json) note(`these are the first ${data.length}: --limit shows more`);
}
