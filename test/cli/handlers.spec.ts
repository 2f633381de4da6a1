import { describe, expect, it } from '@jest/globals';
import { createEvent } from '../../src/event-factories/create-event.js';
import { scripted } from '../harness/scripted-handlers.js';
import { adminCli, cells } from './admin-cli.js';

const good = scripted({ id: 'test.good', ordering: 'object' }, () => Promise.resolve());
const bad = scripted({ id: 'test.bad', attempts: 1 }, () => Promise.reject(new Error('out of stock')));
const the = adminCli([good, bad]);
const { test } = the;

describe('turnpike handlers', () => {
  it('list what waits for whom, and how they do', async () => {
    const event = createEvent('payment_intent.succeeded');
    await test.deliver({ event });
    await test.watch.untilFinished([event.id]);
    const { code, out, err } = await the.run('handlers', 'list');
    const lines = cells(out);
    const took = expect.stringMatching(/^[\d.]+ ms$/);
    expect(lines[0]).toEqual(['HANDLER', 'STATE', 'RUNS', 'OLDEST WAITS', 'ERRORS', 'P50', 'P95', 'TYPES']);
    expect(lines).toContainEqual([
      'test.bad',
      'active',
      '1 dead',
      '–',
      '100 %',
      took,
      took,
      'payment_intent.succeeded',
    ]);
    expect(lines).toContainEqual([
      'test.good',
      'active',
      '–',
      '–',
      '0 %',
      took,
      took,
      'payment_intent.succeeded',
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(await the.json<object[]>('handlers', 'list')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: 'test.bad', runs: { pending: 0, running: 0, retrying: 0, dead: 1 } }),
      ]),
    );
  });

  it('show one with its options', async () => {
    const lines = cells((await the.run('handlers', 'show', 'test.good')).out);
    expect(lines).toEqual(
      expect.arrayContaining([
        ['handler', 'test.good'],
        ['in', 'Scripted.handle'],
        ['types', 'payment_intent.succeeded'],
        ['ordering', 'object'],
        ['transaction', 'true'],
        ['runs', '–'],
      ]),
    );
  });

  it('pause one, whose runs wait then, and resume it', async () => {
    const paused = await the.run('handlers', 'pause', 'test.good', '--reason', 'the warehouse moves');
    expect(paused).toMatchObject({ code: 0, out: 'test.good: paused\n', err: '' });
    const event = createEvent('payment_intent.succeeded');
    await test.deliver({ event });
    const shown = cells((await the.run('handlers', 'show', 'test.good')).out);
    expect(shown).toContainEqual(['state', 'paused']);
    expect(shown).toContainEqual([
      'paused',
      expect.stringMatching(/^since 20\S+Z by bootstrap: the warehouse moves$/),
    ]);
    expect(shown).toContainEqual(['runs', '1 pending']);
    expect(await the.run('handlers', 'resume', 'test.good')).toMatchObject({
      out: 'test.good: resumed\n',
    });
    await test.watch.untilFinished([event.id]);
  });

  it.each([['show'], ['pause'], ['resume']])(
    '%s ends with 1 where there is no such handler',
    async (action) => {
      const { code, err } = await the.run('handlers', action, 'a/b?c');
      expect(err).toMatch(/a\/b\?c.* \(handler_not_found\)$/);
      expect(code).toBe(1);
    },
  );
});
