import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

const random = () => randomBytes(4).toString('hex');

/** A database of one test file or harness. */
export interface TestDatabase {
  readonly url: string;
  /** Removes it, closing the connections that are still open. */
  drop(): Promise<void>;
}

/** A migrated, empty database of its own: a copy that takes some 30 ms. */
export async function copyTemplate({
  serverUrl,
  template,
}: {
  serverUrl: string;
  template: string;
}): Promise<TestDatabase> {
  const name = `test_${random()}`;
  await onServer(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`) };
}

/** Runs a statement that belongs to no database. */
export async function onServer(serverUrl: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A key prefix nobody else uses, such as `{t_1a2b3c4d}`. */
export const uniquePrefix = () => `{t_${random()}}`;
