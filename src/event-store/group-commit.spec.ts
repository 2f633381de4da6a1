import { describe, expect, it } from '@jest/globals';
import { GroupCommit, NotCommitted } from './group-commit.js';

/** A commit whose end the test decides. */
function controlled(
  limits: { maxItems?: number; maxBytes?: number; maxWaitingBytes?: number; timeoutMs?: number } = {},
) {
  const groups: { items: string[]; finish: () => void; fail: (error: Error) => void }[] = [];
  const commits = new GroupCommit<string, string>({
    commit: (items) =>
      new Promise((resolve, reject) => {
        groups.push({ items, finish: () => resolve(items.map((item) => `stored ${item}`)), fail: reject });
      }),
    concurrency: 1,
    maxItems: 3,
    maxParameters: 10,
    parametersOf: (item) => item.length,
    maxBytes: 100,
    maxWaitingBytes: 1_000,
    timeoutMs: 60_000,
    ...limits,
  });
  return { commits, groups };
}

describe('group commit', () => {
  it('commits alone and at once when nothing else is going on', async () => {
    const { commits, groups } = controlled();
    const answer = commits.add('a', 1);
    expect(groups.map(({ items }) => items)).toEqual([['a']]);
    groups[0]?.finish();
    await answer;
  });

  it('lets what arrives during a commit share the next one, in order and within its limits', async () => {
    const { commits, groups } = controlled();
    const answers = ['a', 'b', 'c', 'd', 'e'].map((item) => commits.add(item, 1));
    groups[0]?.finish();
    await answers[0];
    expect(groups[1]?.items).toEqual(['b', 'c', 'd']);
    groups[1]?.finish();
    await answers[3];
    groups[2]?.finish();
    expect(await Promise.all(answers)).toEqual(['stored a', 'stored b', 'stored c', 'stored d', 'stored e']);
  });

  it('keeps groups below their limit of bytes, but commits an item that is larger alone', async () => {
    const { commits, groups } = controlled({ maxBytes: 10 });
    const answers = [commits.add('a', 1), commits.add('big', 50), commits.add('b', 6), commits.add('c', 6)];
    for (let i = 0; i < 4; i++) {
      groups[i]?.finish();
      await answers[i];
    }
    expect(groups.map(({ items }) => items)).toEqual([['a'], ['big'], ['b'], ['c']]);
  });

  it('keeps groups below their limit of parameters', async () => {
    const { commits, groups } = controlled();
    const answers = ['a', 'six-ty', 'six-ti', 'c'].map((item) => commits.add(item, 1));
    for (let i = 0; i < 4; i++) {
      groups[i]?.finish();
      await answers[i];
    }
    expect(groups.map(({ items }) => items)).toEqual([['a'], ['six-ty'], ['six-ti', 'c']]);
  });

  it('tells every member of a failed group, and goes on with the next', async () => {
    const { commits, groups } = controlled();
    const failing = commits.add('a', 1);
    const next = commits.add('b', 1);
    groups[0]?.fail(new Error('disk full'));
    await expect(failing).rejects.toThrow('disk full');
    groups[1]?.finish();
    await expect(next).resolves.toBe('stored b');
  });

  it('never commits what was given up before its turn came', async () => {
    const { commits, groups } = controlled({ timeoutMs: 20 });
    const first = commits.add('a', 1);
    const second = commits.add('b', 1);
    await expect(Promise.all([first, second])).rejects.toThrow(NotCommitted);
    await expect(second).rejects.toThrow('Not committed within 20 ms');
    groups[0]?.finish();
    const third = commits.add('c', 1);
    await expect(third).rejects.toThrow(NotCommitted);
    expect(groups.map(({ items }) => items)).toEqual([['a'], ['c']]);
  });

  it('refuses at once when too much is waiting', async () => {
    const { commits, groups } = controlled({ maxWaitingBytes: 10 });
    const accepted = [commits.add('in progress', 8), commits.add('waiting', 8)];
    await expect(commits.add('too much', 8)).rejects.toThrow(NotCommitted);
    groups[0]?.finish();
    await accepted[0];
    groups[1]?.finish();
    await accepted[1];
  });
});
