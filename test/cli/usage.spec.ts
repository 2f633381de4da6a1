import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.js';
import { CommandLine } from './command-line.js';
import { Receiver } from './receiver.js';

let cli: CommandLine;
let receiver: Receiver;
let url: string;

beforeAll(async () => {
  await CommandLine.build();
}, 180_000);

beforeEach(async () => {
  cli = new CommandLine();
  receiver = new Receiver({});
  url = await receiver.listen();
});

afterEach(async () => {
  await receiver.close();
  cli.remove();
});

describe('turnpike send, asked wrongly, sends nothing, ends with 2 and', () => {
  it('names the event types most like an unknown one', async () => {
    const { code, err } = await cli.run(['send', 'payment_intent.suceeded', '--secret', 'x', '--url', url]);
    expect(err).toBe(
      'error: unknown event type payment_intent.suceeded\n' +
        'Did you mean payment_intent.succeeded, payment_intent.canceled, payment_intent.processing?\n' +
        'Any other event can be sent from a file: npx turnpike send --file event.json',
    );
    expect({ code, deliveries: receiver.received.length }).toEqual({ code: 2, deliveries: 0 });
  });

  it.each([
    [['send'], /^error: name an event type, .* or give --file$/],
    [
      ['send', 'payout.paid', '--count', '0'],
      /'--count <n>' argument '0' is invalid. It must be a whole number/,
    ],
    [
      ['send', 'payout.paid', '--rate', 'fast'],
      /'--rate <n>' argument 'fast' is invalid. It must be a number/,
    ],
    [['send', 'payout.paid', '--endpoint', 'home'], /Allowed choices are direct, connect, both, issuing/],
    [
      ['send', 'payout.paid', '--url', 'localhost:4242'],
      /^error: --url localhost:4242 is not a URL. Example:/,
    ],
    [['send', '--file', 'nowhere.json'], /^error: cannot read --file: ENOENT/],
    [['send', '--file', '/dev/null', '--livemode'], /^error: --file is sent as it is: leave out --account/],
    [['send', 'payout.paid', '--file', '/dev/null'], /holds an event of type \(no type\), not payout.paid$/],
    [['sned'], /unknown command 'sned'\n\(Did you mean send\?\)/],
  ])('%j says what is wrong', async (args, message) => {
    const { code, err } = await cli.run(args);
    expect(err.trim()).toMatch(message);
    expect(err).not.toMatch(/^ +at /m);
    expect(code).toBe(2);
  });

  it('names the variable when there is no secret, and makes none up', async () => {
    const { code, err } = await cli.run(['send', 'payout.paid', '--account', 'acct_1', '--url', url]);
    expect(existsSync(cli.dataDir)).toBe(false);
    expect(err).toMatch(
      /^error: no signing secret: give --secret, set STRIPE_CONNECT_WEBHOOK_SECRETS, or run "npm start"/,
    );
    expect(code).toBe(2);
  });

  it('uses the secret of the development stack when none is set', async () => {
    mkdirSync(cli.dataDir);
    const { code } = await cli.run(['send', 'payout.paid', '--url', url]);
    const settings = JSON.parse(readFileSync(path.join(cli.dataDir, 'development.json'), 'utf8')) as Record<
      string,
      string
    >;
    await receiver.close();
    receiver = new Receiver({ development: settings.STRIPE_DIRECT_WEBHOOK_SECRETS ?? '' });
    url = await receiver.listen();
    await cli.run(['send', 'payout.paid', '--url', url]);
    expect(receiver.received).toMatchObject([{ signedFor: 'development' }]);
    expect(code).toBe(0);
  });
});

describe('turnpike --help', () => {
  it.each([[['send']], [['migrate']], [['new', 'feature']], [['events', 'list']], [[]]])(
    'of %j has examples and exit codes',
    async (command) => {
      const { code, out } = await cli.run([...command, '--help']);
      expect(out).toContain('Examples:\n');
      expect(out).toContain('Exit codes:\n');
      expect(code).toBe(0);
    },
  );

  it('of every command that asks a server has examples of it, exit codes, and warns of keys in arguments', () => {
    const asking = leaves(createProgram(), []).filter(
      ({ path: [name = ''] }) => !/^(send|migrate|new)$/.test(name),
    );
    expect(asking.length).toBeGreaterThan(20);
    for (const { path: name, command } of asking) {
      let text = '';
      command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
      expect(text).toContain(`Examples:\n  $ npx turnpike ${name.join(' ')}`);
      expect(text).toContain('Exit codes:\n  0  ');
      expect(text).toContain('  --json ');
      expect(text.replaceAll(/\s+/g, ' ')).toContain(
        'everybody on this machine can read it while the command runs',
      );
    }
  });

  it('is what a group alone shows, which ends with 2', async () => {
    const { out } = await cli.run(['replays', '--help']);
    expect(out).toMatch(/^ {2}create \[options\] .*\n[^]*^ {2}cancel \[options\] <id> /m);
    expect(await cli.run(['replays'])).toMatchObject({ code: 2, out: '', err: out.trimEnd() });
  });
});

const leaves = (command: Command, path: string[]): { path: string[]; command: Command }[] =>
  command.commands.length === 0
    ? [{ path, command }]
    : command.commands.flatMap((below) => leaves(below, [...path, below.name()]));
