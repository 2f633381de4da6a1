import type { RegisteredHandler } from '../../event-handlers/registered-handler.js';
import type { HandlerAttempts, HandlerState, PausedHandler } from './handler-statements.js';
import type { HandlerOptionsView, HandlerRuns, HandlerView, RecentAttempts } from './handler.view.js';

/** What the database knows of handlers. */
interface StoredHandlers {
  states: HandlerState[];
  pauses: PausedHandler[];
  attempts: HandlerAttempts[];
}

/** Puts together what the code and the database know of one handler. */
export function described(
  id: string,
  handler: RegisteredHandler | undefined,
  { states, pauses, attempts }: StoredHandlers,
): HandlerView {
  const own = states.filter(({ handlerId }) => handlerId === id);
  const ages = own.flatMap(({ waitingSeconds }) => waitingSeconds ?? []);
  return {
    id,
    registered: handler !== undefined,
    place: handler?.place ?? null,
    types: [...(handler?.types ?? [])],
    options: handler ? optionsOf(handler) : null,
    runs: runsOf(own),
    oldestWaitingSeconds: ages.length > 0 ? Math.max(0, ...ages) : null,
    recent: recentOf(attempts.find(({ handlerId }) => handlerId === id)),
    paused: pauseOf(pauses.find(({ handlerId }) => handlerId === id)),
  };
}

function optionsOf({ options }: RegisteredHandler): HandlerOptionsView {
  const { source = null, livemode = null, ordering = null, concurrency = null } = options;
  const { transaction, attempts, backoff, timeoutMs } = options;
  return { source, livemode, transaction, ordering, attempts, backoff, timeoutMs, concurrency };
}

const runsOf = (states: HandlerState[]): HandlerRuns => ({
  pending: 0,
  running: 0,
  retrying: 0,
  dead: 0,
  ...Object.fromEntries(states.map(({ status, runs }) => [status, runs])),
});

const recentOf = (attempts: HandlerAttempts | undefined): RecentAttempts => ({
  attempts: attempts?.attempts ?? 0,
  errorRate: attempts?.errorRate ?? null,
  p50Ms: attempts?.p50Ms ?? null,
  p95Ms: attempts?.p95Ms ?? null,
});

const pauseOf = (pause: PausedHandler | undefined): HandlerView['paused'] =>
  pause ? { at: pause.at, by: pause.by, reason: pause.reason } : null;
