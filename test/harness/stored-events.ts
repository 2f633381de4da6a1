import type { StoreWatch } from './store-watch.js';

/** An event as a test puts it into the store, past every way in. */
export interface SeededEvent {
  id: string;
  created: string;
  received_at: string;
  kind: 'snapshot' | 'thin';
  source: 'direct' | 'connect' | 'issuing';
  account: string | null;
  livemode: boolean;
  type: string;
  object_id: string | null;
  related_ids: string[];
  payload: string;
  runs: SeededRun[];
}

export interface SeededRun {
  handler_id: string;
  generation: number;
  status: 'pending' | 'running' | 'succeeded' | 'retrying' | 'dead' | 'skipped';
  error_fingerprint: string | null;
}

/** Stores events with their runs. Runs that are open are due in a year: no worker touches them. */
export async function seed(watch: StoreWatch, events: readonly SeededEvent[]): Promise<void> {
  await watch.query(
    `INSERT INTO stripe_event (id, created, received_at, kind, source, account, livemode, type, object_id, related_ids,
                               signed_with, payload)
     SELECT id, created, received_at, kind, source, account, livemode, type, object_id, related_ids, 'test', payload
     FROM jsonb_populate_recordset(NULL::stripe_event, $1)`,
    [JSON.stringify(events)],
  );
  const runs = events.flatMap(({ id, created, runs: of }) =>
    of.map((run) => ({ ...run, event_id: id, event_created: created })),
  );
  await watch.query(
    `INSERT INTO handler_run (event_id, event_created, handler_id, generation, status, error_fingerprint, attempts,
                              last_error, next_attempt_at, sweep_at, lease_until)
     SELECT event_id, event_created, handler_id, generation, status, error_fingerprint, 1, 'it failed',
            now() + interval '1 year', now() + interval '1 year', now() + interval '1 year'
     FROM jsonb_populate_recordset(NULL::handler_run, $1)`,
    [JSON.stringify(runs)],
  );
}

/** Numbers from 0 to 1 that look random and are the same in every run. */
function numbers(seedNumber: number): () => number {
  let state = seedNumber;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const TYPES = [
  'payment_intent.succeeded',
  'payment_intent.created',
  'payment_intents.odd',
  'payout.paid',
  'v2.core.account[requirements].updated',
];
const STATUSES = ['pending', 'running', 'succeeded', 'retrying', 'dead', 'skipped'] as const;

/** Events of all kinds over half a year, many at the same instant, some of them before any partition. */
export function variedEvents(count: number): SeededEvent[] {
  const random = numbers(5);
  const below = (n: number) => Math.floor(random() * n);
  const pick = <T>(values: readonly [T, ...T[]] | readonly T[]): T => values[below(values.length)] as T;
  return Array.from({ length: count }, (_, i) => {
    const created = Date.now() - below(40) * 4.5 * 86_400_000 - (i % 3) * 86_400_000;
    const account = pick([null, 'acct_1A', 'acct_2B', 'acct_3C']);
    const day = new Date(Math.floor(created / 86_400_000) * 86_400_000).toISOString();
    return {
      id: `evt_${String((i * 7_919) % 100_003).padStart(6, '0')}`,
      created: day,
      received_at: `${day.slice(0, 11)}00:00:0${below(3)}.00000${below(3)}Z`,
      kind: i % 10 === 0 ? 'thin' : 'snapshot',
      source: account === null ? pick(['direct', 'issuing']) : 'connect',
      account,
      livemode: random() < 0.7,
      type: pick(TYPES),
      object_id: i % 17 === 0 ? null : `pi_${below(30)}X`,
      related_ids: i % 5 === 0 ? [] : [`cus_${below(20)}Y`, pick(['acct_1A', 'ch_1Z', 'pi_3X'])],
      payload: '{}',
      runs: ['orders.fulfil', 'mail.send', 'odd.one'].flatMap((handler_id, h) =>
        Array.from({ length: below(h === 2 ? 2 : 4) }, (_none, generation): SeededRun => {
          const status = pick(STATUSES);
          const failed = status === 'dead' || status === 'retrying' || random() < 0.2;
          return {
            handler_id,
            generation: generation + 1,
            status,
            error_fingerprint: failed ? pick(['f1', 'f2']) : null,
          };
        }),
      ),
    };
  });
}
