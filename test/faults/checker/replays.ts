import type { AskedReplay, History, ReplayedRun } from '../load/history.js';
import { CLOCK_TOLERANCE_MS, type Check, type Findings, grouped } from './finding.js';
import type { Snapshot, StoredRun } from './snapshot.js';
import { firstAcknowledgement } from './stored-events.js';

/** Every new generation was asked for, and every replay that was answered made what its answer says: no more, no less. */
export const checkReplays: Check = (history, snapshot, findings) => {
  const runs = new Map(snapshot.runs.map((run) => [run.id, run]));
  const byHandler = grouped(snapshot.runs, handlerKey);
  for (const replay of history.replays) {
    checkAnswer(history, replay, findings);
    for (const made of replay.runs ?? []) {
      const named = made.runId === null ? undefined : runs.get(made.runId);
      findings.expect(
        made.runId === null ||
          (named?.eventId === replay.eventId &&
            named.handlerId === made.handler &&
            named.generation === made.generation),
        'replays name the runs they made',
        replay.eventId,
        () => JSON.stringify({ replay, named }),
      );
      const before = byHandler.get(`${replay.eventId} ${made.handler}`) ?? [];
      const expected = expectedOutcome(replay, before, made.outcome === 'replayed' ? made.runId : null);
      findings.expect(
        expected === undefined || expected === made.outcome || isShared(made, replay, history),
        'replays do what was asked for',
        replay.eventId,
        () => JSON.stringify({ expected, made, replay, before }),
      );
    }
  }
  checkShared(history, findings);
  checkCauses(history, snapshot, findings);
};

const handlerKey = ({ eventId, handlerId }: StoredRun) => `${eventId} ${handlerId}`;

function checkAnswer({ deliveries }: History, replay: AskedReplay, findings: Findings): void {
  const { status, eventId, sentAt } = replay;
  const since = firstAcknowledgement(
    deliveries.filter((one) => one.eventId === eventId && one.forgery === undefined),
  );
  const mayBeUnknown = since === undefined || since > sentAt;
  const allowed = [undefined, 200, 409, 503, ...(mayBeUnknown ? [404] : [])];
  findings.expect(allowed.includes(status), 'operators are told nothing false', eventId, () =>
    JSON.stringify(replay),
  );
}

/** What a replay must do where nothing else happened to the handler's runs meanwhile; `undefined` where something did. */
function expectedOutcome(
  { sentAt, answeredAt = sentAt, includeSucceeded }: AskedReplay,
  runs: readonly StoredRun[],
  madeId: string | null,
): string | undefined {
  const earliest = sentAt - CLOCK_TOLERANCE_MS;
  const before = runs.filter(({ createdAt }) => createdAt < earliest);
  const meanwhile = runs.some(
    ({ id, createdAt }) =>
      id !== madeId && createdAt >= earliest && createdAt <= answeredAt + CLOCK_TOLERANCE_MS,
  );
  const latest = before.toSorted((a, b) => b.generation - a.generation)[0];
  if (meanwhile || !latest || latest.finishedAt === null || latest.finishedAt > earliest) return undefined;
  if (latest.status === 'succeeded') return includeSucceeded ? 'replayed' : 'succeeded';
  // A live event is skipped, and would be again.
  return latest.attempts === 0 ? 'not_matching' : 'replayed';
}

/** Whether it is the run of another replay, which asked at the same time for what succeeded as well. */
const isShared = (made: ReplayedRun, replay: AskedReplay, { replays }: History): boolean =>
  made.outcome === 'replayed' &&
  replays.some(
    (other) =>
      other !== replay &&
      other.eventId === replay.eventId &&
      other.includeSucceeded &&
      (other.handlers?.includes(made.handler) ?? true) &&
      overlap(other, replay),
  );

const overlap = (one: AskedReplay, other: AskedReplay): boolean =>
  Math.max(one.sentAt, other.sentAt) <=
  Math.min(one.answeredAt ?? Infinity, other.answeredAt ?? Infinity) + CLOCK_TOLERANCE_MS;

/** Only requests at the same time may have made a run together. */
function checkShared({ replays }: History, findings: Findings): void {
  const named = replays.flatMap((replay) =>
    (replay.runs ?? [])
      .filter(({ outcome, runId }) => outcome === 'replayed' && runId !== null)
      .map(({ runId }) => ({ runId: String(runId), replay })),
  );
  for (const [runId, claims] of grouped(named, (one) => one.runId)) {
    const times = claims.map(({ replay: { sentAt, answeredAt = Infinity } }) => ({ sentAt, answeredAt }));
    const lastSent = Math.max(...times.map(({ sentAt }) => sentAt));
    const firstAnswered = Math.min(...times.map(({ answeredAt }) => answeredAt));
    findings.expect(
      lastSent <= firstAnswered + CLOCK_TOLERANCE_MS,
      'each replay makes a run of its own',
      runId,
      () => JSON.stringify(claims),
    );
  }
}

/** Every generation after the first was asked for by somebody. */
function checkCauses({ replays, bulkReplays }: History, { runs }: Snapshot, findings: Findings): void {
  const named = new Set(replays.flatMap((replay) => (replay.runs ?? []).map(({ runId }) => runId)));
  const bulk = new Set(bulkReplays.map(({ replayId }) => replayId));
  const uncertainBulk = bulkReplays.some(({ replayId }) => replayId === undefined);
  const later = runs.filter(({ generation }) => generation > 1);
  const uncaused = later.filter(({ id, replayId }) =>
    replayId === null ? !named.has(id) : !bulk.has(replayId) && !named.has(id) && !uncertainBulk,
  );
  for (const [about, mine] of grouped(later, handlerKey)) {
    const [first] = mine;
    const unanswered = replays.filter(
      ({ eventId, handlers, uncertain }) =>
        uncertain && eventId === first?.eventId && (handlers?.includes(first.handlerId) ?? true),
    );
    const without = mine.filter((run) => uncaused.includes(run));
    findings.expect(
      without.length <= unanswered.length,
      'nothing is replayed that nobody asked for',
      about,
      () => JSON.stringify({ without, unanswered }),
    );
  }
}
