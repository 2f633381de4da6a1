import { beforeAll, describe, expect, it } from '@jest/globals';
import { createEvent } from '../../src/event-factories/create-event.js';
import { scripted } from '../harness/scripted-handlers.js';
import { adminCli, cells } from './admin-cli.js';

interface Group {
  handler: string;
  fingerprint: string;
  state: string;
}

let fulfil: () => Promise<void> = () => Promise.reject(new Error('no stock\u001b[31m\n  on shelf 7'));
const orders = scripted({ id: 'orders.fulfil', attempts: 1 }, () => fulfil());
const mails = scripted({ id: 'mails.send', attempts: 1 }, () => Promise.reject(new Error('mail is down')));
const the = adminCli([orders, mails]);
const { test } = the;

const id = expect.stringMatching(/^evt_/);
const time = expect.stringMatching(/^20\d\d-.*Z$/);
const hex = expect.stringMatching(/^[0-9a-f]{16}$/);
const groups = (...options: string[]) => the.json<Group[]>('failures', 'list', ...options);
const ofOrders = async () => {
  const [group] = await groups('--handler', 'orders.fulfil', '--state', 'all');
  return ['orders.fulfil', group?.fingerprint ?? ''];
};

beforeAll(async () => {
  const events = [createEvent('payment_intent.succeeded'), createEvent('payment_intent.succeeded')];
  for (const event of events) await test.deliver({ event });
  await test.watch.untilFinished(events.map((event) => event.id));
});

describe('turnpike failures', () => {
  it('list what goes wrong by handler and error', async () => {
    const { code, out, err } = await the.run('failures', 'list');
    expect(cells(out)).toEqual([
      ['HANDLER', 'FINGERPRINT', 'DEAD', 'RETRYING', 'FIRST SEEN', 'LAST SEEN', 'STATE', 'EXAMPLE', 'ERROR'],
      ['mails.send', hex, '2', '0', time, time, 'open', id, 'mail is down'],
      ['orders.fulfil', hex, '2', '0', time, time, 'open', id, 'no stock [31m'],
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(await groups('--handler', 'mails.send')).toMatchObject([{ handler: 'mails.send', dead: 2 }]);
  });

  it('acknowledge one, with a note, which takes it from the open ones', async () => {
    const [handler = '', fingerprint = ''] = await ofOrders();
    const done = await the.run('failures', 'acknowledge', handler, fingerprint, '--note', 'ticket 4711');
    expect(done).toMatchObject({ code: 0, out: `orders.fulfil ${fingerprint}: acknowledged\n`, err: '' });
    expect((await groups()).map((group) => group.handler)).toEqual(['mails.send']);
    const { out } = await the.run('failures', 'list', '--state', 'acknowledged');
    expect(cells(out)[1]?.[6]).toBe('acknowledged: ticket 4711');
  });

  it('replay one, and only that', async () => {
    const [handler = '', fingerprint = ''] = await ofOrders();
    const replay = ['failures', 'replay', handler, fingerprint, '--rate', '100', '--reason', 'fixed'];
    const asked = await the.run(...replay);
    expect(asked.err).toMatch(/^error: there is no terminal to ask at: /);
    expect(asked.code).toBe(2);
    fulfil = () => Promise.resolve();
    const { code, out, err } = await the.run(...replay, '--yes', '--watch');
    expect(out).toMatch(/^replay \d+ completed: 2 events, runs: 2 succeeded\n$/);
    expect(err).toMatch(/^replay \d+ started\n/);
    expect(code).toBe(0);
    expect((await groups('--state', 'all')).map((group) => group.handler)).toEqual(['mails.send']);
    const [started] = await the.json<object[]>('replays', 'list');
    expect(started).toMatchObject({
      filter: { handler, fingerprint },
      ratePerSecond: 100,
      reason: 'fixed',
      runs: { created: 2 },
    });
  });

  it('resolve one', async () => {
    const [group] = await groups();
    const { code, out } = await the.run(
      'failures',
      'resolve',
      'mails.send',
      group?.fingerprint ?? '',
      '--json',
    );
    expect(JSON.parse(out)).toMatchObject({ handler: 'mails.send', state: 'resolved', note: null });
    expect(code).toBe(0);
    expect(await the.run('failures', 'list')).toMatchObject({ code: 0, out: '', err: 'nothing fails' });
  });

  it.each(['acknowledge', 'resolve', 'replay'])(
    '%s ends with 1 where there is no such failure',
    async (action) => {
      const options = action === 'replay' ? ['--yes'] : [];
      const { code, err } = await the.run(
        'failures',
        action,
        'orders.fulfil',
        '0123456789abcdef',
        ...options,
      );
      expect(err).toMatch(/\(failure_not_found\)$/);
      expect(code).toBe(1);
    },
  );
});
