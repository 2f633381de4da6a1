import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  authorizations,
  beforeDeadline,
  issuingFaultTest,
  manyRequests,
} from './harness/issuing-fault-test.js';
import { burst } from './harness/steady-load.js';

/** Short: what cannot be recorded at once is soon on disk. */
const timeouts = { ISSUING_DEADLINE_MS: '300', INGEST_TIMEOUT_MS: '300' };

/** Postgres refuses the first, and nobody can read the others. */
const refused = '{"decision":{"eventId":"evt_refused","authorizationId":null,"granted":0,"reservations":[]}}';
const strange = '{"decision":{"eventId":"evt_of_another_version"}}';
const torn = '{"decision":{"eventId":"evt_to';

describe('decisions that wait on disk', () => {
  const test = issuingFaultTest('harness/outage-effects.ts');
  const spooled = () =>
    readdirSync(test.spool)
      .filter((file) => file.endsWith('.jsonl'))
      .map((file) => path.join(test.spool, file));
  const holdUp = () =>
    test.scene.roadblock.lock('LOCK TABLE issuing_decision, stripe_event IN ACCESS EXCLUSIVE MODE');
  /** Nothing that a dead process began goes on in Postgres. */
  const endSessions = () =>
    test.scene.watch.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE 'turnpike%'`,
    );

  it('are brought in once by another process when theirs was killed, past what nobody can take', async () => {
    const killed = await test.start(timeouts);
    await holdUp();
    const asked = await burst(killed.url, manyRequests(60), authorizations);
    test.expectInTime(asked);
    await killed.stop('SIGKILL');
    await endSessions();
    await test.scene.roadblock.lift();
    expect(await test.notKept(asked)).toHaveLength(asked.length);

    for (const file of spooled()) {
      writeFileSync(file, `${refused}\n${strange}\n${readFileSync(file, 'utf8')}${torn}`);
      utimesSync(file, 0, 0); // stands for the time after which its process is taken for dead
    }
    const next = await test.start({ ...timeouts, LOG_LEVEL: 'error' });
    await test.untilKept(asked);
    await next.says(/half a line.*set aside/);
    const setAside = readFileSync(path.join(test.spool, 'refused.txt'), 'utf8').trimEnd().split('\n');
    expect(new Set(setAside)).toEqual(new Set([refused, strange, torn]));
  });

  it('are brought in by their process before it stops', async () => {
    const { ISSUING_DEADLINE_MS } = timeouts;
    const app = await test.start({ ISSUING_DEADLINE_MS });
    await holdUp();
    const asked = await burst(app.url, manyRequests(60), authorizations);
    await test.scene.roadblock.lift();
    expect(await app.stop()).toBe(0);
    expect([await test.notKept(asked), spooled()]).toEqual([[], []]);
  });

  it('where the disk takes none, every answer is given, and the log names what is lost', async () => {
    rmSync(path.dirname(test.spool), { recursive: true, force: true });
    writeFileSync(path.dirname(test.spool), 'a file, where a folder should be');
    const app = await test.start({ ...timeouts, LOG_LEVEL: 'fatal' });
    await holdUp();
    const asked = await burst(app.url, manyRequests(20), authorizations);
    test.expectInTime(asked);
    for (const { event } of asked) {
      await app.says(new RegExp(`"eventId":"${event.id}".*neither in Postgres nor on disk`));
    }
    await test.scene.roadblock.lift();
    const afterwards = beforeDeadline(await burst(app.url, manyRequests(20), authorizations));
    expect(afterwards.filter(({ body }) => !body.approved)).toEqual([]);
    rmSync(path.dirname(test.spool));
  });
});
