import 'reflect-metadata';

/** A run that is about to be attempted. */
export interface UpcomingRun {
  readonly runId: string;
  /** 1 for the first try of this run. */
  readonly attempt: number;
  /** 1 for the first time this event is handled, 2 for its first replay. */
  readonly generation: number;
  readonly handlerId: string;
  /** What the handler's options say: `false` for one that only keeps records. */
  readonly actsForAccount: boolean;
  readonly eventId: string;
  readonly eventType: string;
  /** The connected account the event belongs to; absent for the platform's own events. */
  readonly account?: string;
  readonly livemode: boolean;
  /** When Stripe made the event. */
  readonly created: Date;
}

const BEFORE_RUN = Symbol('turnpike:before-run');

/**
 * Has a method of any provider asked before every attempt of every handler. It lets the attempt pass by returning, and
 * stops it by throwing: `SkipRun` ends the run, `RetryAfter` puts it off, and any other error fails the attempt.
 * It is on the way of all runs, so it should cost one fast query at most.
 *
 * @example
 * \@BeforeRun()
 * async open({ account }: UpcomingRun): Promise<void> {
 *   if (account && (await this.shops.isClosed(account))) throw new SkipRun(`The shop of ${account} is closed`);
 * }
 */
export function BeforeRun() {
  return <M extends (run: UpcomingRun) => Promise<void>>(
    _target: object,
    _name: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    Reflect.defineMetadata(BEFORE_RUN, true, descriptor.value as object);
  };
}

export const isRunGuard = (method: object): boolean => Reflect.hasMetadata(BEFORE_RUN, method);
