/** One event in the life of one part of an account. */
export interface PartEvent {
  eventId: string;
  /** Stripe's time, in whole seconds. */
  created: Date;
  before: object | null;
  after: object;
}

/**
 * The event whose state is the newest: the same one for the same events, in whatever order they came.
 *
 * The latest second decides. Stripe often reports several changes in one second, and does not say in which order; but
 * each event tells the state before it, too, and so they form a chain. Its end is the state that is entered once more
 * than it is left.
 *
 * @param events - of one part, newest second first
 */
export function newestOf<E extends PartEvent>(events: readonly E[]): E | undefined {
  const [first] = events;
  if (!first) return undefined;
  const second = events.filter(({ created }) => created.getTime() === first.created.getTime());
  if (second.length === 1) return first;
  const ends = endsOf(second);
  // Now and then Stripe makes two events of one change, which then seems to have happened twice.
  const clear = new Set(ends.map(({ after }) => text(after))).size > 1 ? endsOf(withoutTwins(second)) : ends;
  if (clear.length > 0) return lastById(clear);
  // The chain leads back to its start, which is where the seconds before it ended.
  const start = newestOf(events.slice(second.length));
  const atStart = second.filter(({ after }) => start !== undefined && text(after) === text(start.after));
  return lastById(atStart.length > 0 ? atStart : second);
}

function endsOf<E extends PartEvent>(events: readonly E[]): E[] {
  const entered = new Map<string, number>();
  const count = (state: string, by: number) => entered.set(state, (entered.get(state) ?? 0) + by);
  for (const { before, after } of events) {
    count(text(before), -1);
    count(text(after), 1);
  }
  return events.filter(({ after }) => (entered.get(text(after)) ?? 0) > 0);
}

const withoutTwins = <E extends PartEvent>(events: readonly E[]): E[] => [
  ...new Map(
    byId(events).map((event): [string, E] => [`${text(event.before)} ${text(event.after)}`, event]),
  ).values(),
];

const text = (state: object | null): string => JSON.stringify(state);

const byId = <E extends PartEvent>(events: readonly E[]): E[] =>
  events.toSorted((a, b) => (a.eventId < b.eventId ? -1 : 1));

const lastById = <E extends PartEvent>(events: readonly E[]): E | undefined => byId(events).at(-1);
