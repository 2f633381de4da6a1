/** Enough for every delivery that may come twice at about the same time. */
const CAPACITY = 10_000;

/** Remembers answers by event, so that a second delivery gets the same one. Never by authorization: they repeat. */
export class RecentAnswers<T> {
  private readonly answers = new Map<string, Promise<T>>();

  of(eventId: string, make: () => Promise<T>): Promise<T> {
    const known = this.answers.get(eventId);
    if (known) return known;
    const answer = make();
    this.answers.set(eventId, answer);
    const [oldest] = this.answers.keys();
    if (this.answers.size > CAPACITY && oldest !== undefined) this.answers.delete(oldest);
    return answer;
  }
}
