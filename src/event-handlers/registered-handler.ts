import { handlerDefaults, type EventSource, type HandlerOptions } from './handler-options.js';
import type { OutsideContext } from './handler-context.js';

/** An event as far as choosing its handlers goes. */
export interface EventTraits {
  type: string;
  source: EventSource;
  livemode: boolean;
}

/** A handler found at boot, its defaults applied. */
export class RegisteredHandler {
  readonly id: string;
  readonly options: HandlerOptions & typeof handlerDefaults;

  /**
   * @param place - `Class.method`, for messages
   * @param invoke - calls the method; the event's type was checked by the decorator
   */
  constructor(
    readonly place: string,
    readonly types: readonly string[],
    options: HandlerOptions,
    readonly invoke: (event: unknown, context: OutsideContext) => Promise<void>,
  ) {
    this.id = options.id;
    this.options = { ...handlerDefaults, ...options } as HandlerOptions & typeof handlerDefaults;
  }

  /** Whether this handler wants such an event. */
  wants({ type, source, livemode }: EventTraits): boolean {
    return (
      this.types.includes(type) &&
      (this.options.source ?? source) === source &&
      (this.options.livemode ?? livemode) === livemode
    );
  }
}
