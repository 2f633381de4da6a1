import type { Readable } from 'node:stream';

/** Collects lines of output, and tells when the one a test waits for has come. */
export class Lines {
  private readonly seen: string[] = [];
  private readonly waiting = new Set<(line: string) => void>();

  readonly add = (line: string): void => {
    this.seen.push(line);
    for (const look of this.waiting) look(line);
  };

  /** Adds what a stream says, line by line. */
  read(stream: Readable): void {
    let unfinished = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (unfinished + chunk).split('\n');
      unfinished = lines.pop() ?? '';
      lines.forEach(this.add);
    });
  }

  /** The first line, among those that have come and those to come, that matches. */
  until(pattern: RegExp): Promise<string> {
    const known = this.seen.find((line) => pattern.test(line));
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => {
      const look = (line: string) => {
        if (!pattern.test(line)) return;
        this.waiting.delete(look);
        resolve(line);
      };
      this.waiting.add(look);
    });
  }

  get text(): string {
    return this.seen.join('\n');
  }
}
