/** Does what a job of an outbox asks for, and knows which attempts are on their way. */
export abstract class OutboxSender<Job> {
  private readonly attempts = new Map<AbortController, Promise<void>>();

  async send(job: Job): Promise<void> {
    const abort = new AbortController();
    const attempt = this.attempt(job, abort).finally(() => this.attempts.delete(abort));
    this.attempts.set(abort, attempt);
    await attempt;
  }

  /** Resolves when nothing is on its way any more. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.attempts.values());
  }

  /** Makes the attempts in flight fail now, to be made again elsewhere. */
  abortAll(): void {
    for (const abort of this.attempts.keys()) abort.abort(new Error('The worker is stopping'));
  }

  protected abstract attempt(job: Job, abort: AbortController): Promise<void>;
}
