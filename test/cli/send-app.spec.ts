import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { APP_SECRET, appBackendTest } from '../harness/app-backend-test.js';
import { CommandLine } from './command-line.js';

describe('turnpike send app', () => {
  const test = appBackendTest();
  const as = ['--user', 'usr_1', '--account', 'acct_installed'];
  const customer = ['customers', '--payload', '{"email":"jenny@example.com"}'];
  const intent = ['payment-intents', '--payload', '{"amount":500,"currency":"eur"}'];
  let cli: CommandLine;

  beforeAll(async () => {
    await CommandLine.build();
  }, 180_000);
  beforeEach(() => {
    cli = new CommandLine({ STRIPE_APP_SECRETS: `${APP_SECRET},absec_old` });
    test.stripe.behaviour = () => ({ status: 200, body: { id: 'obj_1', email: 'jenny@example.com' } });
  });
  afterEach(() => cli.remove());

  const send = (...args: string[]) => cli.run(['send', 'app', ...args, '--url', test.app.url]);
  /** The outcome with `--json`. */
  const outcomeOf = async (...args: string[]) => {
    const { out } = await send(...args, '--json');
    const { sent, signed, ...answer } = JSON.parse(out) as Record<string, unknown>;
    return { ...answer, sent: JSON.parse(String(sent)) as object, whole: sent === signed };
  };

  it('asks as the user of an account, and says what was sent and what came back', async () => {
    const { code, out, err } = await send('session', ...as);
    expect(out).toContain(
      `{"user_id":"usr_1","account_id":"acct_installed"} → ${test.app.url}/app/session\n`,
    );
    expect(out).toMatch(/^200 after [\d.]+ ms: \{"user":"usr_1","account":"acct_installed"/m);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it.each(['customers', 'app/customers', '/app/customers'])('posts a signed payload to %s', async (route) => {
    // Another name each time: the same signature passes once.
    const { code, out } = await send(
      route,
      '--payload',
      JSON.stringify({ email: 'a@b.co', name: route }),
      ...as,
    );
    expect(out).toContain(
      `{"email":"a@b.co","name":"${route}","user_id":"usr_1","account_id":"acct_installed"} → `,
    );
    expect(code).toBe(0);
    expect(test.stripe.calls).toMatchObject([{ path: '/v1/customers', account: 'acct_installed' }]);
  });

  it('signs the roles it is given', async () => {
    expect(await outcomeOf(...intent, ...as, '--role', 'view_only')).toMatchObject({ status: 403 });
    expect(await outcomeOf(...intent, ...as, '--role', 'view_only', '--role', 'admin')).toMatchObject({
      status: 200,
      whole: true,
      sent: { amount: 500, stripe_roles: [{ id: 'view_only' }, { id: 'admin', type: 'builtIn' }] },
    });
  });

  it('can leave the payload unsigned, which shows what the back end makes of that', async () => {
    const { code, out } = await send(...customer, ...as, '--identity-only');
    expect(out).toContain('} (signed: {"user_id":"usr_1","account_id":"acct_installed"}) → ');
    expect(out).toMatch(/^403 after .*"app_payload_not_signed"/m);
    expect(code).toBe(1);
    expect(await outcomeOf('session', '--payload', '{"a":1}', ...as, '--identity-only')).toMatchObject({
      status: 200,
      whole: false,
      sent: { a: 1 },
    });
  });

  it('says how to install the app where it is not', async () => {
    const { code, out } = await send('session');
    expect(out).toMatch(/^403 after .*"app_not_installed"/m);
    expect(out).toMatch(
      /^Install it: npx turnpike send account\.application\.authorized --account acct_local$/m,
    );
    expect(code).toBe(1);
  });

  it('signs with the secret it is given, else with the newest of the environment', async () => {
    expect(await outcomeOf('session', ...as, '--secret', 'absec_wrong')).toMatchObject({ status: 400 });
    expect(await outcomeOf('session', ...as, '--secret', 'absec_old')).toMatchObject({ status: 200 });
  });

  it('signs with the secret of the development stack where none is set', async () => {
    cli.remove();
    cli = new CommandLine();
    mkdirSync(cli.dataDir, { recursive: true });
    expect(await outcomeOf('session', ...as)).toMatchObject({ status: 400 });
    const settings: unknown = JSON.parse(readFileSync(path.join(cli.dataDir, 'development.json'), 'utf8'));
    expect(settings).toMatchObject({ STRIPE_APP_SECRETS: expect.stringMatching(/^absec_/) });
  });

  it('names the variable when there is no secret, and makes none up', async () => {
    cli.remove();
    cli = new CommandLine();
    const { code, err } = await send('session');
    expect(err).toMatch(
      /^error: no signing secret: give --secret, set STRIPE_APP_SECRETS, or run "npm start"/,
    );
    expect({ code, made: existsSync(cli.dataDir) }).toEqual({ code: 2, made: false });
  });

  it.each([
    [
      ['session', '--payload', '[1]'],
      /'--payload <json>' argument '\[1\]' is invalid. It must be a JSON object/,
    ],
    [['session', '--payload', 'email=x'], /It must be a JSON object/],
    [[], /missing required argument 'route'/],
    [['session', '--livemode'], /unknown option '--livemode'/],
  ])('with %j sends nothing and says what is wrong', async (args, message) => {
    const { code, err } = await cli.run(['send', 'app', ...args]);
    expect(err).toMatch(message);
    expect(code).toBe(2);
  });

  it('says what to do when nothing listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await once(server.close(), 'close');
    const { code, err } = await cli.run(['send', 'app', 'session', '--url', url]);
    expect(err).toBe(`error: nothing listens on ${url}: start it with npm start`);
    expect(code).toBe(1);
  });

  it('has examples and exit codes in its help, and is part of that of send', async () => {
    const { code, out } = await cli.run(['send', 'app', '--help']);
    expect(out).toContain('Examples:\n');
    expect(out).toContain('Exit codes:\n');
    expect(code).toBe(0);
    expect((await cli.run(['send', '--help'])).out).toMatch(/^ {2}app \[options\] <route> /m);
  });
});
