import { describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { AdminKey } from '../../src/admin-access/admin-key.entity.js';
import { Idempotency } from '../../src/admin-access/idempotency.js';
import { IdempotencyExpiry } from '../../src/admin-access/idempotency-expiry.js';
import { adminTest } from '../harness/admin-test.js';

/** Work that says when it begins, and ends when it is told. */
function held() {
  let begin = (): void => undefined;
  let finish = (_answer: object): void => undefined;
  let fail = (_error: Error): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const end = new Promise<object>((resolve, reject) => ([finish, fail] = [resolve, reject]));
  const work = () => {
    begin();
    return end;
  };
  return { work, begun, finish: (answer: object) => finish(answer), fail: (error: Error) => fail(error) };
}

describe('a request with an Idempotency-Key', () => {
  const test = adminTest();
  const dataSource = () => test.app.nest.get(DataSource);

  /** Locks tell nobody: asking again is the only way to see one. */
  const untilOneWaits = async () => {
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    while ((await test.watch.query(waiting)).length === 0);
  };
  const keyNamed = async (name: string): Promise<AdminKey> => {
    await test.keyWith();
    const [row] = await test.watch.query<{ id: string }>(
      'UPDATE admin_key SET name = $1 WHERE id = (SELECT max(id) FROM admin_key) RETURNING id',
      [name],
    );
    return dataSource().manager.findOneByOrFail(AdminKey, { id: String(row?.id) });
  };
  const scene = async () => {
    const key = await keyNamed('repeater');
    let executions = 0;
    const work = () =>
      Promise.resolve({ number: ++executions, z: null, a: [new Date(0)], odd: '\u0000\ud800' });
    return {
      key,
      executions: () => executions,
      ask: (
        header: string | undefined,
        request: object = { route: 'x' },
        what: () => Promise<unknown> = work,
      ) =>
        dataSource().transaction((tx) =>
          test.app.nest.get(Idempotency, { strict: false }).run(tx, key, header, request, what),
        ),
      rows: () =>
        test.watch.query('SELECT idempotency_key FROM idempotent_request WHERE key_id = $1', [key.id]),
    };
  };

  it('is executed once and answered with the same bytes each time', async () => {
    const { ask, executions } = await scene();
    const first = await ask('one');
    const again = await ask('one');
    expect(JSON.stringify(again)).toBe(JSON.stringify(first));
    expect(executions()).toBe(1);
  });

  it('is executed each time without the header', async () => {
    const { ask, executions, rows } = await scene();
    await ask(undefined);
    await ask(undefined);
    expect([executions(), await rows()]).toEqual([2, []]);
  });

  it('is refused when it asks for something else', async () => {
    const { ask, executions } = await scene();
    await ask('one', { route: 'x', body: { a: 1, b: 2 } });
    await ask('one', { body: { b: 2, a: 1 }, route: 'x' });
    for (const request of [
      { route: 'x', body: { a: 1, b: 3 } },
      { route: 'y', body: { a: 1, b: 2 } },
    ]) {
      await expect(ask('one', request)).rejects.toMatchObject({
        status: 409,
        code: 'idempotency_key_reused',
      });
    }
    expect(executions()).toBe(1);
  });

  it.each(['', 'é', 'a\tb', 'x'.repeat(256)])('is refused with the unusable key %j', async (header) => {
    const { ask, executions } = await scene();
    await expect(ask(header)).rejects.toMatchObject({ status: 400, code: 'idempotency_key_invalid' });
    expect(executions()).toBe(0);
    await ask('~ '.repeat(127));
  });

  it('is told to come back when the first one takes too long', async () => {
    const { ask, executions } = await scene();
    const slow = held();
    const first = ask('one', { route: 'x' }, slow.work);
    await slow.begun;
    await expect(ask('one')).rejects.toMatchObject({ status: 409, code: 'idempotency_key_in_use' });
    slow.finish({ slow: true });
    expect(await first).toEqual({ slow: true });
    expect([await ask('one'), executions()]).toEqual([{ slow: true }, 0]);
  }, 20_000);

  it('is another request with another admin key', async () => {
    const [one, two] = [await scene(), await scene()];
    await one.ask('same');
    await two.ask('same', { route: 'y' });
    expect([one.executions(), two.executions()]).toEqual([1, 1]);
  });

  it('is executed once when sent ten times at once, and all get the same answer', async () => {
    const { ask, executions } = await scene();
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask('one')));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(executions()).toBe(1);
  });

  it('leaves nothing when it fails, and is executed when repeated, also by one that waited meanwhile', async () => {
    const { ask, executions, rows } = await scene();
    const doomed = held();
    const failing = ask('one', { route: 'x' }, doomed.work);
    await doomed.begun;
    const waiting = ask('one');
    await untilOneWaits();
    doomed.fail(new Error('power cut'));
    await expect(failing).rejects.toThrow('power cut');
    await waiting;
    expect([executions(), (await rows()).length]).toEqual([1, 1]);
  });

  it('is forgotten after a day, however many there are', async () => {
    const { key, rows, ask } = await scene();
    await ask('today');
    await test.watch.query(
      `INSERT INTO idempotent_request (key_id, idempotency_key, request, created_at)
       SELECT $1, n::text, '', now() - interval '25 hours' FROM generate_series(1, 2500) n`,
      [key.id],
    );
    const expiry = test.app.nest.get(IdempotencyExpiry, { strict: false });
    await Promise.all([expiry.deleteOld(), expiry.deleteOld()]);
    expect(await rows()).toEqual([{ idempotency_key: 'today' }]);
  });
});
