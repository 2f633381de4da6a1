/** Where an event came from: the platform's own account, a connected account, or Issuing. */
export type EventSource = 'direct' | 'connect' | 'issuing';

/** How one handler wants its events; see docs/extending.md. */
export interface HandlerOptions {
  /** Name that is stored with every run, so it must never change: `<module>.<verb>`, e.g. `orders.fulfil`. */
  id: string;
  /** Only events from here; without it, from anywhere. */
  source?: EventSource;
  /** Only live (`true`) or only test (`false`) events; without it, both as far as `PROCESS_MODE` allows. */
  livemode?: boolean;
  /**
   * `true` (default): the handler writes through `ctx.tx`, and its writes commit together with the run.
   * `false`: for handlers that call the outside; there is no `ctx.tx`, use `ctx.requestOptions(step)`.
   */
  transaction?: boolean;
  /**
   * `true` (default): the handler acts for the event's account, for example calls Stripe as it.
   * `false`: it only keeps records, and so goes on when nothing may be done for the account any more.
   */
  actsForAccount?: boolean;
  /** `'object'`: runs for one object of one account go one at a time, oldest event first. */
  ordering?: 'object';
  /** Attempts before the run is dead. Default 20: with the default backoff some 4 to 8 hours. */
  attempts?: number;
  /** Wait after the first failure and longest wait, in milliseconds. Default 1 s doubling up to 1 h. */
  backoff?: { baseMs: number; maxMs: number };
  /** Longest duration of one attempt, in milliseconds. Default 30,000. */
  timeoutMs?: number;
  /** Runs of this handler at once in one worker. Default: half of `WORKER_CONCURRENCY`. */
  concurrency?: number;
}

/** Applied to every handler that does not say otherwise. */
export const handlerDefaults = {
  transaction: true,
  actsForAccount: true,
  attempts: 20,
  backoff: { baseMs: 1_000, maxMs: 3_600_000 },
  timeoutMs: 30_000,
} as const satisfies Partial<HandlerOptions>;
