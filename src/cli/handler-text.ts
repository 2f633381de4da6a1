import type { Handler } from './admin-answers.js';
import { duration, tally } from './quantities.js';
import { milliseconds, table, time } from './table.js';

/** Handlers in a table, for a human. */
export const handlerTable = (handlers: readonly Handler[]): string =>
  table([
    ['HANDLER', 'STATE', 'RUNS', 'OLDEST WAITS', 'ERRORS', 'P50', 'P95', 'TYPES'],
    ...handlers.map((handler) => [
      handler.id,
      stateOf(handler),
      tally(handler.runs),
      waits(handler),
      errors(handler),
      took(handler.recent.p50Ms),
      took(handler.recent.p95Ms),
      handler.types.join(', ') || '–',
    ]),
  ]);

/** One handler, for a human. */
export function handlerText(handler: Handler): string {
  const { recent } = handler;
  const options = Object.entries(handler.options ?? {}).filter(([, value]) => value !== null);
  return table([
    ['handler', handler.id],
    ['state', stateOf(handler)],
    ...(handler.paused ? [['paused', pausedText(handler.paused)]] : []),
    ...(handler.place === null ? [] : [['in', handler.place]]),
    ['types', handler.types.join(', ') || '–'],
    ...options.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
    ['runs', tally(handler.runs)],
    ['oldest waits', waits(handler)],
    ['errors', `${errors(handler)} of the last ${recent.attempts} attempts`],
    ['takes', `${took(recent.p50Ms)} (p50), ${took(recent.p95Ms)} (p95)`],
  ]);
}

function stateOf({ paused, registered }: Handler): string {
  const state = paused ? 'paused' : 'active';
  return registered ? state : `${state}, not in the code`;
}

const pausedText = ({ at, by, reason }: NonNullable<Handler['paused']>): string =>
  `since ${time(at)} by ${by}${reason === null ? '' : `: ${reason}`}`;

const waits = ({ oldestWaitingSeconds: age }: Handler): string => (age === null ? '–' : duration(age));
const errors = ({ recent: { errorRate } }: Handler): string =>
  errorRate === null ? '–' : `${Math.round(errorRate * 100)} %`;
const took = (ms: number | null): string => (ms === null ? '–' : milliseconds(ms));
