import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { factoryTypes } from '../../src/event-factories/create-event.js';
import { thinFactoryTypes } from '../../src/event-factories/create-thin-event.js';
import { CommandLine } from './command-line.js';
import { Receiver } from './receiver.js';

const secrets = { direct: 'whsec_direct', connect: 'whsec_connect', other: 'whsec_other' };
let cli: CommandLine;
let receiver: Receiver;
let url: string;

beforeAll(async () => {
  await CommandLine.build();
}, 180_000);

beforeEach(async () => {
  cli = new CommandLine({
    STRIPE_DIRECT_WEBHOOK_SECRETS: `${secrets.direct},whsec_old`,
    STRIPE_CONNECT_WEBHOOK_SECRETS: secrets.connect,
  });
  receiver = new Receiver(secrets);
  url = await receiver.listen();
});

afterEach(async () => {
  await receiver.close();
  cli.remove();
});

describe('turnpike send', () => {
  it('posts a genuinely signed event, says what came back and how to look at it', async () => {
    const { code, out, err } = await cli.run(['send', 'payment_intent.succeeded', '--url', url]);
    const [event] = receiver.events;
    expect(receiver.received).toMatchObject([{ path: '/webhook', signedFor: 'direct' }]);
    expect(event).toMatchObject({ object: 'event', type: 'payment_intent.succeeded', livemode: false });
    const id = String(event?.id);
    expect(out).toContain(`${id} payment_intent.succeeded → ${url}/webhook\n`);
    expect(out).toMatch(/^200 after [\d.]+ ms: \{"received":true\}$/m);
    expect(out).toContain(`npx turnpike events show ${id} --wait`);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('sends the headers and the formatting of Stripe and nothing more', async () => {
    await cli.run(['send', 'invoice.paid', '--url', url]);
    const [delivery] = receiver.received;
    const names = delivery?.rawHeaders.filter((_, index) => index % 2 === 0);
    expect(names).toEqual([
      'Content-Type',
      'User-Agent',
      'Accept',
      'Cache-Control',
      'Stripe-Signature',
      'Content-Length',
      'Host',
      'Connection',
    ]);
    expect(delivery?.body.toString()).toBe(JSON.stringify(receiver.events[0], null, 2));
  });

  it.each([...factoryTypes.filter((_, index) => index % 8 === 0), ...thinFactoryTypes])(
    'can send %s',
    async (type) => {
      const { code } = await cli.run(['send', type, '--url', url]);
      expect(receiver.events).toMatchObject([{ type }]);
      expect(code).toBe(0);
    },
  );

  it('takes events of an account to the Connect endpoint, signed with its secret', async () => {
    await cli.run(['send', 'account.updated', '--account', 'acct_1', '--livemode', '--url', url]);
    expect(receiver.received).toMatchObject([{ path: '/connect-webhook', signedFor: 'connect' }]);
    expect(receiver.events).toMatchObject([
      { account: 'acct_1', livemode: true, data: { object: { id: 'acct_1' } } },
    ]);
  });

  it.each([
    [['--endpoint', 'both'], '/webhooks', 'direct'],
    [['--endpoint', 'both', '--account', 'acct_1'], '/webhooks', 'connect'],
    [['--endpoint', 'direct', '--account', 'acct_1'], '/webhook', 'direct'],
    [['--endpoint', 'connect'], '/connect-webhook', 'connect'],
    [['--secret', 'whsec_other'], '/webhook', 'other'],
  ])('with %j posts to %s signed for %s', async (options, route, signedFor) => {
    await cli.run(['send', 'payout.paid', '--url', `${url}/`, ...options]);
    expect(receiver.received).toMatchObject([{ path: route, signedFor }]);
  });

  it('sends each of many events twice when asked, and sums up for programs', async () => {
    const options = ['--count', '20', '--duplicate', '--json', '--url', url];
    const { code, out, err } = await cli.run(['send', 'charge.succeeded', ...options]);
    const summary = JSON.parse(out) as Record<string, unknown>;
    expect(summary).toEqual({
      url: `${url}/webhook`,
      type: 'charge.succeeded',
      events: 20,
      deliveries: 40,
      answers: { 200: 40 },
      all_2xx: true,
      latency_ms: {
        min: expect.any(Number),
        p50: expect.any(Number),
        p99: expect.any(Number),
        max: expect.any(Number),
      },
      seconds: expect.any(Number),
      first_failure: null,
      event_ids: expect.any(Array),
    });
    const ids = receiver.events.map((event) => String(event.id));
    expect(ids.toSorted()).toEqual(
      [...(summary.event_ids as string[]), ...(summary.event_ids as string[])].toSorted(),
    );
    expect(receiver.received.every(({ signedFor }) => signedFor === 'direct')).toBe(true);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('never sends faster than asked', async () => {
    const started = performance.now();
    await cli.run(['send', 'charge.succeeded', '--count', '76', '--rate', '50', '--url', url]);
    expect(receiver.received).toHaveLength(76);
    // Far more than it takes to send them at once.
    expect(performance.now() - started).toBeGreaterThan(1_500);
  });

  it('has no more deliveries on their way than asked', async () => {
    let [open, most] = [0, 0];
    receiver.answer = async () => {
      most = Math.max(most, (open += 1));
      await new Promise(setImmediate);
      open -= 1;
      return 200;
    };
    await cli.run(['send', 'charge.succeeded', '--count', '30', '--concurrency', '3', '--url', url]);
    expect(receiver.received).toHaveLength(30);
    expect(most).toBeLessThanOrEqual(3);
  });

  it('sends the exact bytes of a file, to where its account belongs', async () => {
    const text =
      '{"id":"evt_9", "object":"event","type":"x.y","account":"acct_1","n":12345678901234567890,"s":"\\u0000é"}\r\n';
    const file = path.join(cli.folder, 'event.json');
    writeFileSync(file, text);
    const { code, out } = await cli.run(['send', '--file', 'event.json', '--url', url]);
    expect(receiver.received).toMatchObject([{ path: '/connect-webhook', signedFor: 'connect' }]);
    expect(receiver.received[0]?.body.equals(readFileSync(file))).toBe(true);
    expect(out).toContain('evt_9 x.y → ');
    expect(code).toBe(0);
  });

  it('sends a file that is not even JSON', async () => {
    writeFileSync(path.join(cli.folder, 'broken'), Buffer.from([0xff, 0x7b]));
    const { code } = await cli.run(['send', '--file', 'broken', '--url', url]);
    expect(receiver.received[0]?.body).toEqual(Buffer.from([0xff, 0x7b]));
    expect(code).toBe(0);
  });

  it('ends with 1 and shows the answer when the event is refused', async () => {
    receiver.answer = () => 400;
    const { code, out } = await cli.run(['send', 'payout.paid', '--url', url]);
    expect(out).toMatch(/^400 after [\d.]+ ms: \{"code":"refused"\}$/m);
    expect(out).not.toContain('events show');
    expect(code).toBe(1);
  });

  it('counts the answers by status and ends with 1 when one of many was refused', async () => {
    receiver.answer = () => (receiver.received.length === 3 ? 503 : 200);
    const { code, out } = await cli.run(['send', 'payout.paid', '--count', '5', '--url', url]);
    expect(out).toContain(`5 deliveries of 5 payout.paid → ${url}/webhook`);
    expect(out).toMatch(/^200 +4\n503 +1$/m);
    expect(out).toMatch(/^latency: min [\d.]+ ms, p50 [\d.]+ ms, p99 [\d.]+ ms, max [\d.]+ ms$/m);
    expect(out).toMatch(/^first failure: 503 .*refused/m);
    expect(code).toBe(1);
  });

  it('reports a connection that breaks without an answer', async () => {
    receiver.answer = () => receiver.close().then(() => 200);
    const { code, out } = await cli.run(['send', 'payout.paid', '--json', '--url', url]);
    expect(JSON.parse(out)).toMatchObject({ deliveries: 1, answers: { ECONNRESET: 1 }, latency_ms: null });
    expect(code).toBe(1);
    url = await receiver.listen();
  });

  it('says what to do when nothing listens', async () => {
    const outcome = await cli.run(['send', 'payout.paid', '--count', '100', '--url', 'http://127.0.0.1:9']);
    expect(outcome.err).toBe('error: nothing listens on http://127.0.0.1:9: start it with npm start');
    expect(outcome).toMatchObject({ code: 1, out: '' });
  });

  it('shows progress in plain lines where there is no terminal', async () => {
    let letGo: () => void = () => {};
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    receiver.answer = () => gate.then(() => 200);
    const running = cli.start(['send', 'payout.paid', '--count', '3', '--url', url]);
    await running.says(/^0 of 3 answered$/);
    letGo();
    expect(await running.outcome).toMatchObject({ code: 0 });
  });

  it('awaits what is on its way and sums up when it is interrupted', async () => {
    let running: ReturnType<CommandLine['start']> | undefined = undefined;
    receiver.answer = async () => {
      if (receiver.received.length === 1) running?.interrupt();
      await new Promise(setImmediate);
      return 200;
    };
    const options = ['--count', '100000', '--concurrency', '4', '--rate', '20', '--json'];
    running = cli.start(['send', 'payout.paid', ...options, '--url', url]);
    const { code, out } = await running.outcome;
    const { events, deliveries, answers } = JSON.parse(out) as Record<string, unknown>;
    expect(deliveries).toBe(receiver.received.length);
    expect(events).toBe(deliveries);
    expect(answers).toEqual({ 200: deliveries });
    expect(code).toBe(130);
  });
});
