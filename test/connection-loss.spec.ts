import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../src/database/data-source-options.js';
import { PostgresPool } from '../src/database/postgres-pool.js';
import { createDatabase, type TestDatabase } from './harness/stack.js';

/** "Ready for query", outside a transaction. https://www.postgresql.org/docs/current/protocol-message-formats.html */
const READY = Buffer.from('Z\0\0\0\x05I', 'latin1');

/** What a server says when it is stopped: FATAL, 57P01. */
const STOPPED = (() => {
  const fields = Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0', 'latin1');
  const head = Buffer.from('E\0\0\0\0', 'latin1');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
})();

describe('a connection that the server ends in the moment in which it is handed over', () => {
  let database: TestDatabase;
  let proxy: Server;
  let url: string;
  const sockets = new Set<Socket>();

  beforeAll(async () => {
    database = await createDatabase();
    const target = new URL(database.url);
    // With its first "ready", a connection is told that the server stops: both in one packet, as on a busy machine.
    proxy = createServer((client) => {
      const server = connect(Number(target.port), target.hostname);
      for (const socket of [client, server]) sockets.add(socket.on('error', () => undefined));
      client.pipe(server);
      client.on('close', () => server.destroy());
      server.on('data', (chunk: Buffer) => {
        const isReady = chunk.subarray(-READY.length).equals(READY);
        if (isReady) client.end(Buffer.concat([chunk, STOPPED]));
        else client.write(chunk);
      });
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    const address = new URL(database.url);
    address.port = String((proxy.address() as AddressInfo).port);
    url = address.href;
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
    await database.drop();
  });

  it('fails the statement it was for, and not the process', async () => {
    const pool = new PostgresPool({ url, name: 'test', size: 1, timeoutMs: 10_000 });
    await expect(pool.query('SELECT 1', [])).rejects.toThrow(/terminat|connection error/i);
    await pool.end();
    await expect(new DataSource(dataSourceOptions(url, 1)).initialize()).rejects.toThrow(
      /terminat|connection error/i,
    );
  });
});
