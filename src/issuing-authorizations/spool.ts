import {
  appendFileSync,
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SpoolFolder } from './spool-folder.js';

/** What will never be taken, for people to look at. */
const SET_ASIDE = 'refused.txt';

/** Thrown for a record that can never be taken, so that it does not hold up the others. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** Takes a record out of the spool. It may get one twice, so it must be repeatable. */
type Take<T> = (record: T) => Promise<void>;

/**
 * Keeps records on disk that Postgres could not take, until it can. A record is one line, written before anything
 * depends on it: it survives the end of this process, however it comes, and another process brings it in then.
 */
export class Spool<T> {
  private readonly folder: SpoolFolder;
  private current: { path: string; file: number; bytes: number } | undefined;
  private draining: Promise<void> | undefined;
  private waiting = 0;

  /** @param maxFileBytes - a file is read as a whole, and begun again when a record cannot be taken */
  constructor(
    dir: string,
    private readonly maxFileBytes = 4 * 1024 * 1024,
  ) {
    this.folder = new SpoolFolder(dir);
  }

  /** Records that are not taken yet, as far as this process knows. */
  get size(): number {
    return this.waiting;
  }

  /** Returns when the record is safe. @throws when the disk does not take it */
  append(record: T): void {
    // It begins a line of its own: the one before may be torn, where the disk was full.
    const line = `\n${JSON.stringify(record)}\n`;
    // Somebody who took this process for dead may have removed the file that is open here.
    while (!this.write(line)) this.release();
    this.waiting++;
  }

  /**
   * Hands every record to `take`, oldest first, and forgets those that it took. Stops at the first that it throws for. While
   * it is at it, another call waits for the same end.
   *
   * @param onSetAside - told why a record will never be taken: it was {@link Refused}, or a dying process wrote half of it
   */
  async drain(take: Take<T>, onSetAside: (reason: string) => void): Promise<void> {
    if (!this.folder.exists) return;
    this.folder.touch();
    for (const file of this.folder.adopt()) this.waiting += linesOf(readFileSync(file)).length;
    this.draining ??= this.drainOwn(take, onSetAside).finally(() => {
      this.draining = undefined;
    });
    await this.draining;
  }

  /** Leaves what is there to other processes. */
  close(): void {
    this.release();
    this.folder.abandon();
  }

  /** @returns whether the file that it went to is still there */
  private write(line: string): boolean {
    if (this.current && this.current.bytes >= this.maxFileBytes) this.release();
    this.current ??= this.open();
    writeFileSync(this.current.file, line);
    this.current.bytes += line.length;
    return fstatSync(this.current.file).nlink > 0;
  }

  private open() {
    const file = this.folder.next();
    return { path: file, file: openSync(file, 'a', 0o600), bytes: 0 };
  }

  private release(): void {
    if (this.current) closeSync(this.current.file);
    this.current = undefined;
  }

  private async drainOwn(take: Take<T>, onSetAside: (reason: string) => void): Promise<void> {
    for (let [file] = this.folder.own(); file; [file] = this.folder.own()) {
      // New records go to a new file while the old one is read.
      if (file === this.current?.path) this.release();
      await this.drainFile(file, take, onSetAside);
    }
  }

  private async drainFile(file: string, take: Take<T>, onSetAside: (reason: string) => void): Promise<void> {
    let read = 0;
    let records = 0;
    // It grows when the process that was taken for dead is not.
    while ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > read) {
      const content = await readFile(file);
      for (const line of linesOf(content.subarray(read))) {
        const problem = await problemOf(line, take);
        if (problem !== undefined) this.setAside(line, problem, onSetAside);
        records++;
      }
      read = content.length;
    }
    rmSync(file, { force: true });
    this.waiting = Math.max(0, this.waiting - records);
  }

  private setAside(line: string, reason: string, onSetAside: (reason: string) => void): void {
    appendFileSync(path.join(this.folder.path, SET_ASIDE), `${line}\n`, { mode: 0o600 });
    onSetAside(reason);
  }
}

/** Why a line cannot be taken, now or ever; `undefined` when it was. */
async function problemOf<T>(line: string, take: Take<T>): Promise<string | undefined> {
  const record = parse<T>(line);
  if (record === undefined) return 'half a line';
  try {
    await take(record);
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}

const linesOf = (content: Buffer): string[] => content.toString().split('\n').filter(Boolean);

function parse<T>(line: string): T | undefined {
  try {
    return JSON.parse(line) as T;
  } catch {
    return undefined;
  }
}
