import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { announceServices } from '../../src/embedded/development-settings.js';
import { leaveFolder, takeFolder } from '../../src/embedded/folder-lock.js';
import { ADMIN_KEY } from '../harness/admin-test.js';
import { adminCli } from './admin-cli.js';
import { CommandLine } from './command-line.js';

const the = adminCli([], { ADMIN_REQUESTS_PER_MINUTE: '5' });
const { test } = the;
/** Limited keys for tests that are not about limits. */
const fresh = () => test.keyWith({ scope: 'admin' });
const current = (options: string[] = [], variables: Record<string, string> = {}) =>
  the.cli.run(['keys', 'current', ...options], variables);

describe('turnpike finds the server and the key', () => {
  it('in the environment', async () => {
    const { code, out, err } = await current([], { TURNPIKE_ADMIN_KEY: await fresh() });
    expect(out).toMatch(/^\d+ +test admin +admin +all +active/m);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('in options, which come before the environment', async () => {
    const wrong = { TURNPIKE_URL: 'http://127.0.0.1:1', TURNPIKE_ADMIN_KEY: 'wrong' };
    const key = await fresh();
    writeFileSync(path.join(the.cli.folder, 'key.txt'), `${key}\n`);
    expect(await current(['--url', `${test.app.url}/`, '--key', key], wrong)).toMatchObject({ code: 0 });
    expect(await current(['--url', test.app.url, '--key-file', 'key.txt'], wrong)).toMatchObject({ code: 0 });
  });

  it('in the development stack of the folder, whose key goes to no other machine', async () => {
    const development = new CommandLine();
    mkdirSync(development.dataDir);
    takeFolder(development.dataDir);
    const { port } = new URL(test.app.url);
    announceServices(development.dataDir, { databaseUrl: '', redisUrl: '', port: Number(port) });
    const { err } = await development.run(['keys', 'current']);
    const file = path.join(development.dataDir, 'development.json');
    const { ADMIN_BOOTSTRAP_KEY: made } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    await test.keyWith({ scope: 'admin', secret: made });
    const found = await development.run(['keys', 'current']);
    const abroad = await development.run(['keys', 'current', '--url', 'https://turnpike.example']);
    leaveFolder(development.dataDir);
    development.remove();
    expect(err).toMatch(/\(admin_key_missing\)\nThe key came from the development settings in .*data\.$/);
    expect(found).toMatchObject({ code: 0, err: '' });
    expect(abroad.err).toMatch(/^error: no admin key: set TURNPIKE_ADMIN_KEY or give --key-file/);
    expect(abroad.code).toBe(2);
  });

  it('in the setting of a server on this machine, such as in its container', async () => {
    const variables = { TURNPIKE_ADMIN_KEY: '', ADMIN_BOOTSTRAP_KEY: await fresh() };
    expect(await current([], variables)).toMatchObject({ code: 0, err: '' });
    expect((await current(['--url', 'https://turnpike.example'], variables)).code).toBe(2);
  });

  it.each([
    [['--url', 'localhost:4242'], {}, /^error: --url localhost:4242 is not a URL. Example: --url http:/],
    [
      [],
      { TURNPIKE_URL: 'nonsense' },
      /^error: TURNPIKE_URL=nonsense is not a URL. Example: TURNPIKE_URL=http:/,
    ],
    [['--url', 'http://me:hush@localhost'], {}, /^error: --url must not hold a user or a password$/],
    [[], { TURNPIKE_ADMIN_KEY: '' }, /^error: no admin key: set TURNPIKE_ADMIN_KEY or give --key-file/],
    [['--key', ''], {}, /^error: --key does not hold an admin key: a key is one line/],
    [['--key-file', 'nowhere'], {}, /^error: cannot read --key-file: ENOENT/],
    [['--key-file', '/dev/null'], {}, /^error: --key-file \/dev\/null does not hold an admin key/],
    [
      ['--key-file', 'x', '--key', 'y'],
      {},
      /^error: option '--key <key>' cannot be used with option '--key-file/,
    ],
  ])('or says what is missing: %j %j', async (options, variables, message) => {
    const { code, err } = await current(options, variables);
    expect(err.trim()).toMatch(message);
    expect(err).not.toMatch(/hush|^ +at /m);
    expect(code).toBe(2);
  });
});

describe('turnpike says what the server objects to', () => {
  it('with an unknown key: and where the key came from', async () => {
    const { code, err } = await current(['--key', 'x'.repeat(40)]);
    expect(err).toBe(
      'error: Send a valid admin key as Authorization: Bearer …. (admin_key_missing)\nThe key came from --key.',
    );
    expect(code).toBe(1);
  });

  it('with a key that may not do it', async () => {
    const { code, err } = await the.cli.run(['keys', 'list', '--key', await test.keyWith({ scope: 'read' })]);
    expect(err).toMatch(
      /^error: This needs a key with the scope 'admin'; yours has 'read'. \(admin_scope_missing\)$/,
    );
    expect(code).toBe(1);
  });

  it('with values that are wrong: field by field, and ends with 2', async () => {
    const options = ['--action', '', '--target', 'x'.repeat(501), '--key', await fresh()];
    const { code, err } = await the.cli.run(['audit', 'list', ...options]);
    expect(err).toMatch(/^error: .* \(query_invalid\)\n {2}action: .*\n {2}target: .*$/);
    expect(code).toBe(2);
  });

  it('with too many requests: and when to come back', async () => {
    const key = await fresh();
    for (let n = 0; n < 5; n += 1) await test.call('GET', 'keys/current', { key });
    const { code, err } = await current(['--key', key]);
    expect(err).toMatch(/^error: Too many requests .* \(admin_rate_limited\)\nTry again in \d+ s\.$/);
    expect(code).toBe(1);
  });
});

describe('turnpike, when what answers is not Turnpike,', () => {
  const servers: Server[] = [];

  const standIn = async (answer: RequestListener) => {
    const server = createServer(answer).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  const closeAll = async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await once(server.close(), 'close');
    }
  };
  afterEach(closeAll);

  it.each([
    [
      'a gateway',
      502,
      {},
      '<h1>Bad\u001b[31m gateway</h1>',
      'answered 502 Bad Gateway, and not as Turnpike does: <h1>Bad [31m gateway</h1>',
    ],
    ['a page', 200, {}, '<p>Log in</p>', 'answered 200 OK, and not as Turnpike does: <p>Log in</p>'],
    ['other JSON', 404, {}, '{"code":7}', 'answered 404 Not Found, and not as Turnpike does: {"code":7}'],
    ['nothing', 503, {}, '', 'answered 503 Service Unavailable, and not as Turnpike does'],
    [
      'a redirect',
      301,
      { Location: 'https://x.example/a' },
      '',
      "answered 301 Moved Permanently: it leads to https://x.example/a. Give the server's own address as --url",
    ],
  ])('but %s, quotes it and ends with 1', async (_, status, headers, body, message) => {
    const url = await standIn((_request, response) => response.writeHead(status, headers).end(body));
    const { code, err } = await current(['--url', url]);
    expect(err).toBe(`error: ${url} ${message}`);
    expect(code).toBe(1);
  });

  it('but nothing listens, says how to start it', async () => {
    const url = await standIn(() => undefined);
    await closeAll();
    const { code, err } = await current(['--url', url]);
    expect(err).toBe(`error: nothing listens on ${url}: start it with npm start, or name another with --url`);
    expect(code).toBe(1);
  });

  it('but the connection breaks, before or within the answer, says so', async () => {
    const before = await standIn((request) => request.socket.destroy());
    expect((await current(['--url', before])).err).toBe(`error: ${before} did not answer: other side closed`);
    const within = await standIn((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 99 });
      response.write('{"id":', () => response.destroy());
    });
    const { code, err } = await current(['--url', within]);
    expect(err).toMatch(/^error: http:\/\/127\.0\.0\.1:\d+ did not answer: /);
    expect(code).toBe(1);
  });

  it('sends the key to nobody but the server it was told', async () => {
    const seen: unknown[] = [];
    const url = await standIn((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(307, { Location: test.app.url }).end();
    });
    await current(['--url', url]);
    expect(seen).toEqual([`Bearer ${ADMIN_KEY}`]);
  });
});
