import type { AskedBulkReplay, History } from '../load/history.js';
import { handlersOf } from '../system/handler-models.js';
import { CLOCK_TOLERANCE_MS, type Check, type Findings, grouped } from './finding.js';
import type { Snapshot, StoredReplay, StoredRun } from './snapshot.js';
import { firstAcknowledgement } from './stored-events.js';

/** A replay of many events went through all of them, and made one new run where it was to make one. */
export const checkBulkReplays: Check = (history, snapshot, findings) => {
  const byReplay = grouped(snapshot.runs, ({ replayId }) => replayId ?? '');
  for (const asked of history.bulkReplays) {
    const allowed = [undefined, 201, 409, 503];
    findings.expect(allowed.includes(asked.status), 'operators are told nothing false', asked.account, () =>
      JSON.stringify(asked),
    );
    const replay = snapshot.replays.find(({ id }) => id === asked.replayId);
    if (asked.replayId === undefined) continue;
    const made = byReplay.get(asked.replayId) ?? [];
    findings.expect(
      replay?.status === 'completed' && replay.done >= replay.matched,
      'a replay of many goes through all of them',
      asked.replayId,
      () => JSON.stringify({ asked, replay }),
    );
    if (!replay) continue;
    findings.expect(
      made.length === replay.created + replay.hastened,
      'a replay of many counts what it did',
      replay.id,
      () => `${made.length} runs; ${JSON.stringify(replay)}`,
    );
    checkChosen(history, snapshot, { asked, replay, made }, findings);
  }
};

interface Made {
  asked: AskedBulkReplay;
  replay: StoredReplay;
  made: StoredRun[];
}

function checkChosen(
  { events, deliveries }: History,
  { runs }: Snapshot,
  { asked, replay, made }: Made,
  findings: Findings,
): void {
  const byEvent = grouped(runs, ({ eventId }) => eventId);
  const sent = grouped(deliveries, ({ eventId }) => eventId);
  const mine = new Set(events.filter(({ account }) => account === asked.account).map(({ id }) => id));
  for (const run of made) {
    findings.expect(
      mine.has(run.eventId) && asked.handlers.includes(run.handlerId),
      'a replay of many does only what was asked for',
      run.id,
      () => JSON.stringify({ asked, run }),
    );
  }
  for (const event of events.filter(({ id, livemode }) => mine.has(id) && !livemode)) {
    const since = firstAcknowledgement(
      (sent.get(event.id) ?? []).filter(({ forgery }) => forgery === undefined),
    );
    if (since === undefined || since > asked.sentAt - CLOCK_TOLERANCE_MS) continue;
    for (const { id: handler } of handlersOf(event).filter(({ id }) => asked.handlers.includes(id))) {
      const all = (byEvent.get(event.id) ?? []).filter(({ handlerId }) => handlerId === handler);
      const its = all.filter(({ replayId }) => replayId === replay.id);
      findings.expect(
        its.length === 1 || (its.length === 0 && all.some((run) => wasOpen(run, replay))),
        'a replay of many makes one run each',
        `${event.id} ${handler}`,
        () => JSON.stringify({ replay, all }),
      );
    }
  }
}

/** Whether a run was open at some time while the replay went through its events. */
const wasOpen = ({ createdAt, finishedAt }: StoredRun, replay: StoredReplay): boolean =>
  createdAt <= (replay.finishedAt ?? Infinity) + CLOCK_TOLERANCE_MS &&
  (finishedAt ?? Infinity) >= replay.createdAt - CLOCK_TOLERANCE_MS;
