import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { Client } from 'pg';
import { migrations } from '../../migrations/index.js';
import { createDatabase, type TestDatabase } from '../harness/stack.js';
import { CommandLine } from './command-line.js';

const names = migrations.map((migration) => new migration().name);

let database: TestDatabase;
let cli: CommandLine;

beforeAll(async () => {
  await CommandLine.build();
}, 180_000);

beforeEach(async () => {
  database = await createDatabase();
  const owner = new Client({ connectionString: database.url });
  await owner.connect();
  await owner.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  await owner.end();
  cli = new CommandLine({ DATABASE_URL: database.url });
});

afterEach(async () => {
  cli.remove();
  await database.drop();
});

/** The same database behind a port where nothing listens until the proxy does. */
async function behindProxy(): Promise<{ url: string; open(): Promise<Server> }> {
  const proxy = createServer((socket) => {
    const { hostname, port } = new URL(database.url);
    const upstream = connect(Number(port), hostname);
    socket.pipe(upstream).pipe(socket);
    for (const end of [socket, upstream])
      end.on('error', () => [socket, upstream].forEach((s) => s.destroy()));
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as AddressInfo;
  proxy.close();
  await once(proxy, 'close');
  const url = new URL(database.url);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  const open = async () => {
    proxy.listen(port, '127.0.0.1');
    await once(proxy, 'listening');
    return proxy;
  };
  return { url: url.href, open };
}

describe('turnpike migrate', () => {
  it('brings an empty database up to date, and says when there is nothing to do', async () => {
    const first = await cli.run(['migrate']);
    expect(first).toMatchObject({ code: 0, out: names.map((name) => `ran ${name}\n`).join(''), err: '' });
    expect(await cli.run(['migrate'])).toMatchObject({ code: 0, out: 'the schema is current\n' });
    const client = new Client({ connectionString: database.url });
    await client.connect();
    expect((await client.query('SELECT FROM stripe_event')).rowCount).toBe(0);
    await client.end();
  });

  it('runs each migration once however many processes try at the same time', async () => {
    const outcomes = await Promise.all([1, 2, 3].map(() => cli.run(['migrate', '--json'])));
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0]);
    const ran = outcomes.flatMap(({ out }) => (JSON.parse(out) as { ran: string[] }).ran);
    expect(ran).toEqual(names);
  });

  it('waits for a database that is still coming up', async () => {
    const { url, open } = await behindProxy();
    const running = cli.start(['migrate'], { DATABASE_URL: url });
    await running.says(/^waiting for Postgres at 127\.0\.0\.1:\d+\/\w+ \.\.\.$/);
    const proxy = await open();
    expect(await running.outcome).toMatchObject({
      code: 0,
      out: names.map((name) => `ran ${name}\n`).join(''),
    });
    proxy.close();
    await once(proxy, 'close');
  });

  it('gives up when the time is over', async () => {
    const { url } = await behindProxy();
    const { code, err } = await cli.run(['migrate', '--wait', '1'], { DATABASE_URL: url });
    expect(err).toMatch(/^waiting for Postgres at .*\nerror: Postgres at .*: connect ECONNREFUSED/);
    expect(code).toBe(1);
  });

  it('does not wait for a database that does not exist', async () => {
    const url = new URL(database.url);
    url.pathname = '/no_such_database';
    const { code, err } = await cli.run(['migrate'], { DATABASE_URL: url.href });
    expect(err).toMatch(/^error: Postgres at .*: database "no_such_database" does not exist$/);
    expect(code).toBe(1);
  });

  it('ends with 2 when no database is known', async () => {
    const { code, err } = await cli.run(['migrate'], { DATABASE_URL: '' });
    expect(err).toBe('error: no database: set DATABASE_URL, or run "npm start" in another terminal');
    expect(code).toBe(2);
  });
});
