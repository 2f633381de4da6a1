import { Injectable } from '@nestjs/common';
import { HandlerRegistry } from '../../event-handlers/handler-registry.js';
import type { RunRow } from '../../event-store/event-details.js';

const LONGEST_ERROR = 200;

/** Says in a sentence why a run is where it is. */
@Injectable()
export class RunExplainer {
  constructor(private readonly registry: HandlerRegistry) {}

  /**
   * @param accounts - of the key that asks: one that is restricted does not learn who paused a handler, and why
   *
   * @example explain(run, null) // 'Dead after 20 attempts: no such order'
   */
  explain(run: RunRow, accounts: readonly string[] | null): string {
    const sentence = this.state(run, accounts !== null);
    return run.superseded ? `${sentence}. A later run has taken its place` : sentence;
  }

  private state(run: RunRow, restricted: boolean): string {
    const error = firstLine(run.lastError);
    switch (run.status) {
      case 'pending':
      case 'retrying':
        return (
          this.waiting(run, restricted) + (run.status === 'retrying' && error ? `, after: ${error}` : '')
        );
      case 'running':
        return `Is at its ${ordinal(run.attempts)} attempt${since(run.startedAt)}; another worker may take over at ${iso(run.leaseUntil)}`;
      case 'succeeded':
        return `Succeeded at its ${ordinal(run.attempts)} attempt`;
      case 'dead':
        return `Dead after ${run.attempts} ${run.attempts === 1 ? 'attempt' : 'attempts'}: ${error}`;
      case 'skipped':
        return `Skipped: ${error}`;
    }
  }

  private waiting(run: RunRow, restricted: boolean): string {
    const next = `its ${ordinal(run.attempts + 1)} attempt`;
    if (!this.registry.get(run.handler)) return `Waits for ${next}: there is no such handler here any more`;
    if (run.pausedAt) {
      const reason = run.pauseReason ? `: ${run.pauseReason}` : '';
      const who = restricted ? '' : ` by ${run.pausedBy}${reason}`;
      return `Waits for ${next}: its handler is paused since ${iso(run.pausedAt)}${who}`;
    }
    if (run.behindEvent) return `Waits for ${next}: in order behind the run of ${run.behindEvent}`;
    return `Waits for ${next} at ${iso(run.nextAttemptAt)}`;
  }
}

const iso = (time: Date | null): string => time?.toISOString() ?? 'an unknown time';

const since = (time: Date | null): string => (time ? ` since ${iso(time)}` : '');

const firstLine = (error: string | null): string =>
  (error ?? '').split('\n', 1).join('').slice(0, LONGEST_ERROR) || 'without a message';

const plural = new Intl.PluralRules('en', { type: 'ordinal' });
const SUFFIXES: Record<string, string> = { one: 'st', two: 'nd', few: 'rd', other: 'th' };

const ordinal = (n: number): string => `${n}${SUFFIXES[plural.select(n)]}`;
