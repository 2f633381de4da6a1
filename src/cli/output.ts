/** Writes a line, or several, to standard output: what was asked for. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Writes a value as JSON to standard output, for programs. */
export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));

/** Writes a line to standard error: what is going on. */
export const note = (text: string): void => void process.stderr.write(`${text}\n`);
