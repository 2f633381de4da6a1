import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';

/** A file that its process has not touched for this long belongs to a process that is gone, in milliseconds. */
const ABANDONED_MS = 30_000;

const CURRENT = '.jsonl';
const DRAINING = '.draining.jsonl';

/**
 * Keeps records on disk that Postgres could not take, until it can. A record is one line, written before anything
 * depends on it: it survives the end of this process, however it comes.
 *
 * Each process has a file of its own. Files of processes that are gone are adopted by whoever finds them. A record may
 * be handed out twice, so taking it must be repeatable.
 */
export class Spool<T> {
  private readonly name = randomUUID();
  private file: number | undefined;
  private draining = false;
  private waiting = 0;

  constructor(private readonly dir: string) {}

  /** Records that are not taken yet, as far as this process knows. */
  get size(): number {
    return this.waiting;
  }

  /** Returns when the record is safe. @throws when the disk does not take it */
  append(record: T): void {
    if (this.file === undefined) {
      mkdirSync(this.dir, { recursive: true, mode: 0o700 });
      this.file = openSync(this.path(this.name, CURRENT), 'a', 0o600);
    }
    writeSync(this.file, `${JSON.stringify(record)}\n`);
    this.waiting++;
  }

  /**
   * Hands every record to `take`, oldest first, and forgets those that it took. Stops at the first that it throws for.
   *
   * @param onUnreadable - told of a line that a dying process left half written
   */
  async drain(take: (record: T) => Promise<void>, onUnreadable: () => void): Promise<void> {
    if (this.draining || !existsSync(this.dir)) return;
    this.draining = true;
    try {
      this.adoptAbandoned();
      this.rotate();
      const own = readdirSync(this.dir).filter(
        (file) => file.startsWith(this.name) && file.endsWith(DRAINING),
      );
      for (const file of own.toSorted()) await this.drainFile(path.join(this.dir, file), take, onUnreadable);
    } finally {
      this.draining = false;
    }
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  private async drainFile(
    file: string,
    take: (record: T) => Promise<void>,
    onUnreadable: () => void,
  ): Promise<void> {
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
    for (const line of lines) {
      const record = parse<T>(line);
      if (record === undefined) onUnreadable();
      else await take(record);
    }
    rmSync(file);
    this.waiting = Math.max(0, this.waiting - lines.length);
  }

  /** New records go to a new file while the old one is read. */
  private rotate(): void {
    const current = this.path(this.name, CURRENT);
    this.close();
    if (existsSync(current))
      renameSync(current, this.path(`${this.name}.${Date.now()}.${randomUUID()}`, DRAINING));
  }

  private adoptAbandoned(): void {
    const now = Date.now();
    for (const file of readdirSync(this.dir)) {
      const from = path.join(this.dir, file);
      if (file.startsWith(this.name)) utimesSync(from, now / 1000, now / 1000);
      else if (file.endsWith('.jsonl') && now - statSync(from).mtimeMs > ABANDONED_MS) this.adopt(from);
    }
  }

  /** Another process may be faster: then the file is gone. */
  private adopt(from: string): void {
    try {
      renameSync(from, this.path(`${this.name}.0.${randomUUID()}`, DRAINING));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  private path(name: string, suffix: string): string {
    return path.join(this.dir, name + suffix);
  }
}

function parse<T>(line: string): T | undefined {
  try {
    return JSON.parse(line) as T;
  } catch {
    return undefined;
  }
}
