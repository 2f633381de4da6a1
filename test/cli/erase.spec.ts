import { describe, expect, it } from '@jest/globals';
import { createEvent } from '../../src/event-factories/create-event.js';
import { stripeId } from '../../src/event-factories/stripe-id.js';
import { adminCli } from './admin-cli.js';

const the = adminCli();
const { test } = the;

async function storedFor(customer: string) {
  const event = createEvent('charge.succeeded', { object: { customer, description: 'Wilhelmina' } });
  await test.deliver({ event });
  return event;
}

describe('turnpike erase', () => {
  it('says with --dry-run how many events it concerns, and does nothing', async () => {
    const customer = stripeId('cus');
    const { id } = await storedFor(customer);
    const { out, code } = await the.run('erase', '--customer', customer, '--dry-run');
    expect({ out, code }).toEqual({ out: '1 event would be erased\n', code: 0 });
    expect((await the.run('events', 'show', id, '--payload')).out).toContain('Wilhelmina');
  });

  it('erases with --yes, and with --watch ends when it is done', async () => {
    const customer = stripeId('cus');
    const { id } = await storedFor(customer);
    const args = ['--customer', customer, '--reason', 'request 4711', '--yes', '--watch'];
    const { out, code } = await the.run('erase', ...args);
    expect(out).toMatch(/^erasure \d+ is completed: 1 event erased, 0 open runs ended\n$/);
    expect(code).toBe(0);
    expect((await the.run('events', 'show', id, '--payload')).out).not.toContain('Wilhelmina');
    expect((await the.run('events', 'show', id)).out).toMatch(/payload +erased 20\d\d/);
    const replay = await the.run('events', 'replay', id);
    expect(replay.err).toContain('(event_erased)');
    expect(replay.code).not.toBe(0);
  });

  it('prints the erasure with --json, for programs', async () => {
    const customer = stripeId('cus');
    await storedFor(customer);
    const answer = await the.json('erase', '--customer', customer, '--reason', 'request 4711', '--yes');
    expect(answer).toMatchObject({ customer, status: 'running', events: { matched: 1 } });
  });

  it.each([
    [['--reason', 'x', '--yes'], 'name --customer, --account or --event'],
    [
      ['--customer', 'cus_1', '--event', 'evt_1', '--reason', 'x', '--yes'],
      'name --customer, --account or --event',
    ],
    [['--customer', 'cus_1', '--yes'], '--reason is needed'],
    [['--customer', 'cus_1', '--reason', 'x'], 'there is no terminal to ask at'],
    [['--customer', 'jenny', '--reason', 'x', '--yes'], 'customer must be an id such as cus_Q1w2E3r4'],
  ])('%j says what is wrong, ends with 2 and erases nothing', async (args, message) => {
    const { code, err } = await the.run('erase', ...args);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });
});
