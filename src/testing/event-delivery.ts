import { setTimeout as sleep } from 'node:timers/promises';
import type { Chaos, PlannedDelivery } from './chaos.js';
import { deliver } from './test-app.js';

/** An event as Stripe would send it: from `anEvent`, or any object of that shape. */
export interface DeliverableEvent {
  readonly id: string;
  readonly type: string;
  /** The connected account of a snapshot event. */
  readonly account?: string;
  /** The connected account of a thin event. */
  readonly context?: string | object | null;
}

/** How a delivery differs from the usual one. */
export interface DeliverOptions {
  /** Makes the events those of this connected account, `acct_…`. */
  account?: string;
  /** Signs with this secret; with several while one is rolled. Default: the one of the endpoint. */
  secret?: string | string[];
  /** The route. Default: `/connect-webhook` for events of connected accounts, `/webhook` for the others. */
  path?: string;
}

/** The secrets that the application under test trusts. */
export interface EndpointSecrets {
  readonly direct: string;
  readonly connect: string;
}

/** Thrown when the application did not answer a delivery with 200. */
export class DeliveryRefused extends Error {
  override readonly name = 'DeliveryRefused';
}

/** Posts events as Stripe does, with what chaos makes of it. */
export class EventDelivery {
  private readonly stopped = new AbortController();
  private readonly held = new Set<Promise<void>>();
  private readonly failures: unknown[] = [];

  constructor(
    private readonly url: string,
    private readonly secrets: EndpointSecrets,
    private readonly chaos: Chaos,
  ) {}

  /**
   * Resolves when all have been accepted that are not held back.
   *
   * @throws DeliveryRefused
   */
  async deliver(events: readonly DeliverableEvent[], options: DeliverOptions): Promise<void> {
    for (const planned of this.chaos.plan(events)) {
      if (planned.heldMs === 0) await this.post(planned.event, options);
      else this.hold(planned, options);
    }
  }

  /** Resolves when nothing is held back any more. @throws DeliveryRefused when one of those was not accepted */
  async allOut(): Promise<void> {
    while (this.held.size > 0) await Promise.all(this.held);
    if (this.failures.length > 0) throw this.failures.shift();
  }

  /** What is held back stays so for ever. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await Promise.all(this.held);
  }

  get heldCount(): number {
    return this.held.size;
  }

  private hold({ event, heldMs }: PlannedDelivery<DeliverableEvent>, options: DeliverOptions): void {
    const { signal } = this.stopped;
    const delivery = sleep(heldMs, undefined, { signal })
      .then(() => this.post(event, options))
      .catch((error: unknown) => {
        if (!signal.aborted) this.failures.push(error);
      })
      .finally(() => this.held.delete(delivery));
    this.held.add(delivery);
  }

  private async post(event: DeliverableEvent, options: DeliverOptions): Promise<void> {
    const account = options.account ?? event.account ?? event.context ?? undefined;
    const sent = options.account === undefined ? event : { ...event, ...accountOf(event, options.account) };
    const path = options.path ?? (account === undefined ? '/webhook' : '/connect-webhook');
    const secret = options.secret ?? (account === undefined ? this.secrets.direct : this.secrets.connect);
    const { status, body } = await deliver(this.url, { event: sent, path, secret });
    if (status === 200) return;
    throw new DeliveryRefused(
      `${path} answered ${status} to ${event.id} (${event.type}), not 200: ${JSON.stringify(body)}`,
    );
  }
}

/** Snapshot events name their account in `account`, thin ones in `context`. */
const accountOf = ({ type }: DeliverableEvent, account: string) =>
  type.startsWith('v2.') ? { context: account } : { account };
