import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import { createEvent } from '../src/event-factories/create-event.js';
import { type IngestRow, ingestStatement } from '../src/event-store/ingest-statement.js';
import { parseEnvelope } from '../src/signature/event-envelope.js';
import { Roadblock } from './harness/roadblock.js';
import { createDatabase, type TestDatabase } from './harness/stack.js';

const rowOf = (id: string): IngestRow => {
  const envelope = parseEnvelope(
    Buffer.from(JSON.stringify(createEvent('invoice.paid', { id, created: 1_700_000_000 }))),
  );
  return { event: { ...envelope, signedWith: 'test' }, runs: [] };
};

describe('two instances that store the same events at once', () => {
  let database: TestDatabase;
  let instances: Pool;
  let roadblock: Roadblock;

  beforeAll(async () => {
    database = await createDatabase();
    instances = new Pool({ connectionString: database.url });
    // The database may be dropped before the server has seen that the last connection was closed.
    instances.on('error', () => undefined);
    roadblock = await Roadblock.open(database.url);
  });
  afterAll(async () => {
    await roadblock.close();
    await instances.end();
    await database.drop();
  });

  const store = (ids: string[]) => {
    const { text, values } = ingestStatement(ids.map(rowOf), 0);
    return instances.query(text, values).then(({ rowCount }) => rowCount);
  };
  const untilBothWait = async () => {
    let waiting = 0;
    while (waiting < 2) {
      const { rows } = await instances.query<{ waiting: number }>(
        'SELECT count(DISTINCT pid)::int AS waiting FROM pg_locks WHERE NOT granted',
      );
      waiting = rows[0]?.waiting ?? 0;
    }
  };

  it('never wait for each other in a circle, whatever order the events came in', async () => {
    const { text, values } = ingestStatement([rowOf('evt_middle')], 0);
    await roadblock.lock(text, values);
    const stored = Promise.all([
      store(['evt_first', 'evt_middle', 'evt_zlast']),
      store(['evt_zlast', 'evt_middle', 'evt_first']),
    ]);
    await untilBothWait();
    await roadblock.lift();
    expect((await stored).toSorted((a, b) => Number(a) - Number(b))).toEqual([0, 3]);
  });
});
