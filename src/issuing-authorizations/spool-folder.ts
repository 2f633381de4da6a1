import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';

/** A file that its process has not touched for this long belongs to a process that is gone, in milliseconds. */
const ABANDONED_MS = 30_000;

const SUFFIX = '.jsonl';

/** The folder of a spool. Each process has files of its own in it, and adopts those of processes that are gone. */
export class SpoolFolder {
  private readonly owner = randomUUID();
  private made = 0;

  constructor(readonly path: string) {}

  get exists(): boolean {
    return existsSync(this.path);
  }

  /** The path of a new file, not made yet. */
  next(): string {
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
    return this.name('new');
  }

  /** The files of this process, those that it has adopted first. */
  own(): string[] {
    return this.files().filter((file) => this.isOwn(file));
  }

  /** Tells the others that this process is there. */
  touch(time = new Date()): void {
    for (const file of this.own()) ifThere(() => utimesSync(file, time, time));
  }

  /** Leaves the files of this process to others. */
  abandon(): void {
    if (this.exists) this.touch(new Date(0));
  }

  /** @returns the files of other processes that belong to this one from now on */
  adopt(): string[] {
    const adopted: string[] = [];
    for (const file of this.files().filter((name) => !this.isOwn(name))) {
      // Another process may be faster: then the file is gone.
      ifThere(() => {
        if (Date.now() - statSync(file).mtimeMs < ABANDONED_MS) return;
        const name = this.name('adopted');
        renameSync(file, name);
        adopted.push(name);
      });
    }
    return adopted;
  }

  private files(): string[] {
    const names = readdirSync(this.path).filter((name) => name.endsWith(SUFFIX));
    return names.toSorted().map((name) => path.join(this.path, name));
  }

  private isOwn(file: string): boolean {
    return path.basename(file).startsWith(this.owner);
  }

  private name(origin: 'adopted' | 'new'): string {
    const number = String(++this.made).padStart(9, '0');
    return path.join(this.path, `${this.owner}.${origin}.${number}${SUFFIX}`);
  }
}

function ifThere(work: () => void): void {
  try {
    work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
