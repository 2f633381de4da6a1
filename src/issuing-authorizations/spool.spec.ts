import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Refused, Spool } from './spool.js';

interface Note {
  n: number;
}

describe('the spool', () => {
  let dir: string;
  let spool: Spool<Note>;
  let taken: number[];
  let setAside: string[];

  beforeEach(() => {
    dir = path.join(mkdtempSync(path.join(os.tmpdir(), 'turnpike-spool-')), 'spool');
    spool = new Spool(dir);
    taken = [];
    setAside = [];
  });
  afterEach(() => {
    spool.close();
    rmSync(path.dirname(dir), { recursive: true });
  });

  const files = () => readdirSync(dir).filter((file) => file.endsWith('.jsonl'));
  const take = ({ n }: Note) => {
    taken.push(n);
    return Promise.resolve();
  };
  const takeNone = () => Promise.reject(new Error('the database is away'));
  const drain = (from = spool, taking: (note: Note) => Promise<void> = take) =>
    from.drain(taking, (reason) => setAside.push(reason));
  /** Stands for the time after which a process that does nothing is taken for dead. */
  const longAgo = () => {
    for (const file of files()) utimesSync(path.join(dir, file), 0, 0);
  };

  it('hands every record over, oldest first, and forgets it', async () => {
    for (const n of [1, 2, 3]) spool.append({ n });
    expect(spool.size).toBe(3);
    await drain();
    await drain();
    expect([taken, files(), spool.size]).toEqual([[1, 2, 3], [], 0]);
  });

  it('keeps what could not be taken, and what comes meanwhile, in their order', async () => {
    spool.append({ n: 1 });
    spool.append({ n: 2 });
    await expect(drain(spool, ({ n }) => (n === 1 ? take({ n }) : takeNone()))).rejects.toThrow('away');
    spool.append({ n: 3 });
    await drain();
    expect(taken).toEqual([1, 1, 2, 3]);
  });

  it('sets aside what will never be taken, and goes on', async () => {
    for (const n of [1, 2, 3]) spool.append({ n });
    await drain(spool, ({ n }) => (n === 2 ? Promise.reject(new Refused('no such')) : take({ n })));
    expect([taken, setAside, files()]).toEqual([[1, 3], ['no such'], []]);
    expect(readFileSync(path.join(dir, 'refused.txt'), 'utf8')).toBe('{"n":2}\n');
  });

  it('loses no record to the half line before it', async () => {
    spool.append({ n: 1 });
    appendFileSync(path.join(dir, files()[0] ?? ''), '{"n":');
    spool.append({ n: 2 });
    await drain();
    expect([taken, setAside]).toEqual([[1, 2], ['half a line']]);
  });

  it('loses nothing when a process that was taken for dead goes on', async () => {
    const other = new Spool<Note>(dir);
    spool.append({ n: 1 });
    longAgo();
    await drain(other, async (note) => {
      if (note.n === 1) spool.append({ n: 2 }); // while its file is read by the other
      await take(note);
    });
    spool.append({ n: 3 }); // after the other has removed its file
    await drain(spool);
    expect(taken).toEqual([1, 2, 3]);
    other.close();
  });

  it('is not taken for dead during a long drain', async () => {
    const other = new Spool<Note>(dir);
    spool.append({ n: 1 });
    let next: Promise<void> | undefined;
    await drain(spool, async (note) => {
      longAgo();
      next = drain(); // it comes in its time, and has nothing to do but wait
      await drain(other);
      await take(note);
    });
    await next;
    expect(taken).toEqual([1]);
    other.close();
  });

  it('leaves what it has to others at once when it is closed', async () => {
    const other = new Spool<Note>(dir);
    spool.append({ n: 1 });
    spool.close();
    await drain(other);
    expect([taken, other.size]).toEqual([[1], 0]);
  });

  it('needs few files during a long outage, none of them large', async () => {
    const small = new Spool<Note>(dir, 1_000);
    for (let n = 0; n < 200; n++) {
      small.append({ n });
      await drain(small, takeNone).catch(() => undefined);
    }
    expect(files().length).toBeGreaterThan(1);
    expect(files().length).toBeLessThan(5);
    await drain(small);
    expect(taken).toEqual(Array.from({ length: 200 }, (_, n) => n));
    small.close();
  });
});
