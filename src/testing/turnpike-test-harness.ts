import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import type { QueryResultRow } from 'pg';
import { DataSource } from 'typeorm';
import { type ApplicationUnderTest, startApplication } from './application-under-test.js';
import { Chaos } from './chaos.js';
import type { DeliverableEvent, DeliverOptions } from './event-delivery.js';
import type {
  AdminAnswer,
  HarnessOptions,
  ReplayedRun,
  ReplayOptions,
  RunState,
  WrittenMail,
} from './harness-options.js';
import { settle } from './settling.js';
import type { StripeStandIn } from './stripe-stand-in.js';
import { Surroundings } from './surroundings.js';

const SETTLE_WITHIN_MS = 20_000;

const RUNS_OF = `
  SELECT handler_id AS handler, generation, status, attempts, last_error AS error
  FROM handler_run WHERE event_id = $1 AND ($2::text IS NULL OR handler_id = $2)
  ORDER BY handler_id, generation`;

const MAIL = `
  SELECT key, kind, account, recipient AS "to", subject, text_body AS text, html_body AS html
  FROM outgoing_mail ORDER BY id`;

/**
 * Runs a team's modules in the real application, on a real Postgres and Redis, with a database of its own. It needs no
 * particular test runner.
 *
 * @example
 * const turnpike = await TurnpikeTestHarness.start({ modules: [RefundsModule] });
 * await turnpike.deliver(anEvent('charge.refunded', { object: { id: 'ch_1', amount_refunded: 500 } }));
 * await turnpike.settled();
 * const rows = await turnpike.query('SELECT amount_refunded FROM refunded_charge');
 * await turnpike.stop();
 */
export class TurnpikeTestHarness {
  private constructor(
    private readonly surroundings: Surroundings,
    private readonly chaos: Chaos,
    private readonly parts: ApplicationUnderTest,
  ) {}

  /**
   * Starts the application. It takes two seconds more where the test run has no servers yet: see `startTestServers`.
   *
   * @throws RangeError, ConfigurationError or HandlerRegistrationError when `chaos`, `env` or a module cannot be used
   * @example await TurnpikeTestHarness.start({ modules: [RefundsModule], chaos: { shuffle: true, duplicate: 0.5 } });
   */
  static async start(options: HarnessOptions): Promise<TurnpikeTestHarness> {
    const chaos = new Chaos(options.chaos ?? {});
    const surroundings = await Surroundings.make();
    try {
      const parts = await startApplication(surroundings, chaos, options);
      if (chaos.isOn && options.chaos?.seed === undefined)
        process.stderr.write(`chaos: { seed: ${chaos.seed} }\n`);
      return new TurnpikeTestHarness(surroundings, chaos, parts);
    } catch (error) {
      await surroundings.remove();
      throw error;
    }
  }

  /** What all random choices of this harness follow from. */
  get seed(): number {
    return this.chaos.seed;
  }

  /** Where the application listens, such as `http://127.0.0.1:40123`. */
  get url(): string {
    return this.parts.app.url;
  }

  /** The application's connection to the database. */
  get dataSource(): DataSource {
    return this.get(DataSource);
  }

  /** Stands in for Stripe's API: give it answers in `behaviour`, see what was asked in `calls`. */
  get stripe(): StripeStandIn {
    return this.surroundings.stripe;
  }

  /** How many workers were killed: 0 or 1, with `crashAfter`. */
  get kills(): number {
    return this.parts.workers?.kills ?? 0;
  }

  /**
   * A provider of the application, such as a service of the module under test. With `crashAfter` it is not the one that
   * the handlers have: they run in another process.
   */
  get<T>(provider: Type<T> | string | symbol): T {
    return this.parts.app.nest.get<T>(provider, { strict: false });
  }

  /**
   * Signs and posts events, one after the other unless chaos has it otherwise. Resolves when they are stored; handlers
   * run after that.
   *
   * @throws DeliveryRefused unless each is answered 200; for deliveries that are held back, `settled` throws it
   * @example await turnpike.deliver(anEvent('payout.paid'), { account: 'acct_1' });
   */
  async deliver(
    events: DeliverableEvent | readonly DeliverableEvent[],
    options: DeliverOptions = {},
  ): Promise<void> {
    await this.saying(this.parts.delivery.deliver([events].flat(), options));
  }

  /**
   * Resolves when everything has been delivered and every run of every stored event has come to its end: succeeded,
   * dead or skipped. It waits for retries, and is told of changes by the database.
   *
   * @param options - `withinMs`: longest wait, in milliseconds; default: 20000
   * @throws NotSettled, which names what hangs; DeliveryRefused
   * @example await turnpike.settled();
   */
  async settled({ withinMs = SETTLE_WITHIN_MS }: { withinMs?: number } = {}): Promise<void> {
    const { delivery, workers } = this.parts;
    await this.saying(settle(this.surroundings.watch, delivery, withinMs, workers?.failure));
  }

  /**
   * Runs a statement on the harness's database.
   *
   * @example const rows = await turnpike.query<{ id: string }>('SELECT id FROM refund WHERE account = $1', ['acct_1']);
   */
  query<R extends QueryResultRow = Record<string, unknown>>(
    sql: string,
    values: unknown[] = [],
  ): Promise<R[]> {
    return this.surroundings.watch.query<R>(sql, values);
  }

  /**
   * The runs of an event, by handler and generation.
   *
   * @param handler - id of the only handler to tell of; default: all
   */
  runsOf({ id }: Pick<DeliverableEvent, 'id'>, handler?: string): Promise<RunState[]> {
    return this.query<RunState & QueryResultRow>(RUNS_OF, [id, handler ?? null]);
  }

  /** The e-mails that handlers have written, oldest first. */
  mail(): Promise<WrittenMail[]> {
    return this.query<WrittenMail & QueryResultRow>(MAIL);
  }

  /**
   * Replays an event as an operator would; wait with `settled`.
   *
   * @throws Error when the application refuses, with its answer
   * @example await turnpike.replay(event, { includeSucceeded: true });
   */
  async replay({ id }: Pick<DeliverableEvent, 'id'>, options: ReplayOptions = {}): Promise<ReplayedRun[]> {
    const { status, body } = await this.admin<{ runs: ReplayedRun[] }>(
      'POST',
      `events/${id}/replay`,
      options,
    );
    if (status !== 200)
      throw new Error(`The replay of ${id} was answered ${status}: ${JSON.stringify(body)}`);
    return body.runs;
  }

  /**
   * Calls an admin route with a key that may do anything.
   *
   * @param path - below `/admin/`
   * @example const { body } = await turnpike.admin('GET', 'events?type=charge.refunded');
   */
  async admin<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<AdminAnswer<T>> {
    const response = await fetch(`${this.url}/admin/${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.parts.adminKey}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, body: (isJson ? JSON.parse(text) : text) as T };
  }

  /** Stops the application and removes its database and keys. Nothing outlives it, held back deliveries included. */
  async stop(): Promise<void> {
    await this.surroundings.remove();
  }

  /** Adds to an error what it takes to see it again. */
  private async saying<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (this.chaos.isOn && error instanceof Error) {
        error.message += `\nTo see it again: chaos: { seed: ${this.seed}, … }`;
      }
      throw error;
    }
  }
}
