import { PermanentFailure } from '../../src/event-handlers/index.js';
import { createEvent } from '../../src/event-factories/create-event.js';
import { serverSentEvents } from '../../src/cli/server-sent-events.js';
import { ADMIN_KEY, type adminTest } from './admin-test.js';
import { Gate, scripted, type TestEvent } from './scripted-handlers.js';

/** What the handlers of a replay test do with an event: a gate holds it, an error fails it. */
type Behaviour = Gate | Error | undefined;

/** Handlers that do with each event what the test says at the time. */
export class ReplayHandlers {
  private readonly behaviours = new Map<string, Behaviour>();
  /** For events that have no behaviour of their own. */
  usual: Behaviour;

  /** A module with a handler. */
  readonly handler = (options: Parameters<typeof scripted>[0]) =>
    scripted({ backoff: { baseMs: 3_600_000, maxMs: 3_600_000 }, ...options }, async (event, ctx) => {
      const behaviour = this.behaviours.get(event.id) ?? this.usual;
      if (behaviour instanceof Gate) await behaviour.opened;
      if (behaviour instanceof Error) throw behaviour;
      await ctx.tx.query('SELECT 1');
    });

  set(event: { id: string }, behaviour: Behaviour): void {
    this.behaviours.set(event.id, behaviour);
  }
}

export const dead = () => new PermanentFailure('The test says so');

/** An event, and the id of its account where it has one. */
export const anEvent = (account?: string): TestEvent =>
  createEvent('payment_intent.succeeded', account === undefined ? {} : { account });

export interface RunRow {
  id: string;
  handler_id: string;
  generation: number;
  status: string;
  attempts: number;
}

type AdminTest = ReturnType<typeof adminTest>;

export const runsOf = (test: AdminTest, { id }: { id: string }): Promise<RunRow[]> =>
  test.watch.query<RunRow>(
    'SELECT id, handler_id, generation, status, attempts FROM handler_run WHERE event_id = $1 ORDER BY handler_id, generation',
    [id],
  );

/** Waits until the latest runs of an event have these states, by handler. */
export const untilRuns = (
  test: AdminTest,
  { id }: { id: string },
  states: Record<string, string>,
): Promise<RunRow[]> =>
  test.watch.until<RunRow>(
    `SELECT DISTINCT ON (handler_id) id, handler_id, generation, status, attempts FROM handler_run
     WHERE event_id = $1 ORDER BY handler_id, generation DESC`,
    [id],
    (rows) =>
      Object.entries(states).every(([handler, status]) =>
        rows.some((row) => row.handler_id === handler && row.status === status),
      ),
  );

/**
 * Follows a replay's stream to its end, and says what it told.
 *
 * @param onMessage - is called with each message
 * @param key - of whoever follows it
 */
export async function watchToEnd(
  url: string,
  id: string,
  onMessage: () => void = () => undefined,
  key = ADMIN_KEY,
): Promise<{ events: string[]; last: Record<string, never> }> {
  const response = await fetch(`${url}/admin/replays/${id}/progress`, {
    headers: { Authorization: `Bearer ${key}` },
  });
  const events: string[] = [];
  let last = '{}';
  for await (const message of serverSentEvents(response.body as AsyncIterable<Uint8Array>)) {
    events.push(message.event);
    onMessage();
    last = message.data;
  }
  return { events, last: JSON.parse(last) as Record<string, never> };
}
