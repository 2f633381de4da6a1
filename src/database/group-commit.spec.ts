import { describe, expect, it, jest } from '@jest/globals';
import { GroupCommit, NotCommitted } from './group-commit.js';

/** A commit whose end the test decides. */
function controlled(
  limits: Partial<
    Record<'concurrency' | 'maxItems' | 'enoughItems' | 'maxBytes' | 'maxWaitingBytes' | 'timeoutMs', number>
  > = {},
) {
  const groups: { items: string[]; finish: () => void; fail: (error: Error) => void }[] = [];
  const commits = new GroupCommit<string, string>({
    commit: (items) =>
      new Promise((resolve, reject) => {
        groups.push({ items, finish: () => resolve(items.map((item) => `stored ${item}`)), fail: reject });
      }),
    concurrency: 1,
    maxItems: 3,
    maxRows: 10,
    rowsOf: (item) => item.length,
    maxBytes: 100,
    maxWaitingBytes: 1_000,
    timeoutMs: 60_000,
    ...limits,
  });
  return { commits, groups };
}

/** Until what was added is being committed. */
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('group commit', () => {
  it('commits alone, in the same turn of the event loop, when nothing else is going on', async () => {
    const { commits, groups } = controlled();
    const answer = commits.add('a', 1);
    await nextTurn();
    expect(groups.map(({ items }) => items)).toEqual([['a']]);
    groups[0]?.finish();
    await answer;
  });

  it('lets what arrives together share a commit', async () => {
    const { commits, groups } = controlled();
    const answers = ['a', 'b'].map((item) => commits.add(item, 1));
    await nextTurn();
    groups[0]?.finish();
    expect(await Promise.all(answers)).toEqual(['stored a', 'stored b']);
    expect(groups.map(({ items }) => items)).toEqual([['a', 'b']]);
  });

  it('lets what arrives during a commit share the next one, in order and within its limits', async () => {
    const { commits, groups } = controlled();
    const answers = [commits.add('a', 1)];
    await nextTurn();
    answers.push(...['b', 'c', 'd', 'e'].map((item) => commits.add(item, 1)));
    await finishAll(groups, answers);
    expect(groups.map(({ items }) => items)).toEqual([['a'], ['b', 'c', 'd'], ['e']]);
    expect(await Promise.all(answers)).toEqual(['stored a', 'stored b', 'stored c', 'stored d', 'stored e']);
  });

  it('starts as soon as enough have arrived, if it may, and not only when the turn ends', async () => {
    const { commits, groups } = controlled({ enoughItems: 2 });
    const answers = ['a', 'b', 'c', 'd', 'e', 'f'].map((item) => commits.add(item, 1));
    expect(groups.map(({ items }) => items)).toEqual([['a', 'b']]);
    await finishAll(groups, answers);
    expect(groups.map(({ items }) => items)).toEqual([['a', 'b'], ['c', 'd', 'e'], ['f']]);
  });

  it('commits as many groups at once as it may, and no more', async () => {
    const { commits, groups } = controlled({ maxItems: 1, concurrency: 2 });
    const answers = ['a', 'b', 'c'].map((item) => commits.add(item, 1));
    await nextTurn();
    expect(groups.map(({ items }) => items)).toEqual([['a'], ['b']]);
    await finishAll(groups, answers);
    expect(groups.map(({ items }) => items)).toEqual([['a'], ['b'], ['c']]);
  });

  it('keeps groups below their limit of bytes, but commits an item that is larger alone', async () => {
    const { commits, groups } = controlled({ maxBytes: 10 });
    const answers = [commits.add('a', 1), commits.add('big', 50), commits.add('b', 6), commits.add('c', 6)];
    await finishAll(groups, answers);
    expect(groups.map(({ items }) => items)).toEqual([['a'], ['big'], ['b'], ['c']]);
  });

  it('keeps groups below their limit of rows', async () => {
    const { commits, groups } = controlled();
    const answers = ['six-ty', 'six-ti', 'c'].map((item) => commits.add(item, 1));
    await finishAll(groups, answers);
    expect(groups.map(({ items }) => items)).toEqual([['six-ty'], ['six-ti', 'c']]);
  });

  it('tells every member of a failed group, and goes on with the next', async () => {
    const { commits, groups } = controlled();
    const failing = ['a', 'b', 'c'].map((item) => commits.add(item, 1));
    const next = commits.add('d', 1);
    await nextTurn();
    groups[0]?.fail(new Error('disk full'));
    for (const answer of failing) await expect(answer).rejects.toThrow('disk full');
    await nextTurn();
    groups[1]?.finish();
    await expect(next).resolves.toBe('stored d');
  });

  it('never commits what was given up before its turn came', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    try {
      const { commits, groups } = controlled({ timeoutMs: 20 });
      const first = commits.add('a', 1);
      await nextTurn();
      const second = commits.add('b', 1);
      jest.advanceTimersByTime(20);
      await expect(first).rejects.toThrow(NotCommitted);
      await expect(second).rejects.toThrow('Not committed within 20 ms');
      const third = commits.add('c', 1);
      await finishAll(groups, [third]);
      expect(groups.map(({ items }) => items)).toEqual([['a'], ['c']]);
    } finally {
      jest.useRealTimers();
    }
  });

  it('refuses at once when too much is waiting', async () => {
    const { commits, groups } = controlled({ maxWaitingBytes: 10 });
    const accepted = [commits.add('in progress', 8)];
    await nextTurn();
    accepted.push(commits.add('waiting', 8));
    await expect(commits.add('too much', 8)).rejects.toThrow(NotCommitted);
    await finishAll(groups, accepted);
  });
});

/** Ends one group after the other, as they come, until all are answered. */
async function finishAll(groups: { finish: () => void }[], answers: Promise<string>[]): Promise<void> {
  const open = new Set(answers);
  for (const answer of answers) void answer.then(() => open.delete(answer));
  for (let i = 0; open.size > 0; i = Math.min(i + 1, groups.length)) {
    await nextTurn();
    groups[i]?.finish();
  }
}
