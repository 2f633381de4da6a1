import { Injectable } from '@nestjs/common';
import type { EventTraits, RegisteredHandler } from './registered-handler.js';
import { snapshotEventTypes, thinEventTypes } from './known-event-types.js';

/** Thrown at boot; the message lists every handler that cannot be used and how to mend it. */
export class HandlerRegistrationError extends Error {
  override readonly name = 'HandlerRegistrationError';

  constructor(readonly problems: readonly string[]) {
    super(`${problems.length} event handler problem(s):\n${problems.map((p) => `  - ${p}`).join('\n')}`);
  }
}

const knownTypes: ReadonlySet<string> = new Set([...snapshotEventTypes, ...thinEventTypes]);

/** Every handler of this process, by id and by event type. */
@Injectable()
export class HandlerRegistry {
  private readonly byId = new Map<string, RegisteredHandler>();
  private readonly byType = new Map<string, RegisteredHandler[]>();

  /** @throws {@link HandlerRegistrationError} on duplicate or missing ids and unknown event types */
  register(handlers: readonly RegisteredHandler[]): void {
    const problems = handlers.flatMap((handler) => this.problemsOf(handler));
    if (problems.length > 0) throw new HandlerRegistrationError(problems);
  }

  get(id: string): RegisteredHandler | undefined {
    return this.byId.get(id);
  }

  all(): RegisteredHandler[] {
    return [...this.byId.values()];
  }

  matching(event: EventTraits): RegisteredHandler[] {
    return (this.byType.get(event.type) ?? []).filter((handler) => handler.wants(event));
  }

  private problemsOf(handler: RegisteredHandler): string[] {
    const problems: string[] = [];
    const { id, place, types } = handler;
    if (typeof id !== 'string' || !/^[a-z][\w.-]{0,99}$/i.test(id)) {
      problems.push(
        `${place} has no usable id: give it one such as { id: 'orders.fulfil' } (up to 100 of A-Z a-z 0-9 . _ -)`,
      );
    } else if (this.byId.has(id)) {
      problems.push(
        `${place} and ${this.byId.get(id)?.place} share the id '${id}': give one of them another`,
      );
    } else {
      this.byId.set(id, handler);
    }
    for (const type of types) {
      if (!knownTypes.has(type))
        problems.push(`${place} listens to '${type}', which is no Stripe event type: correct the name`);
      this.byType.set(type, [...(this.byType.get(type) ?? []), handler]);
    }
    if (types.length === 0) problems.push(`${place} listens to no event: name at least one event type`);
    return problems;
  }
}
