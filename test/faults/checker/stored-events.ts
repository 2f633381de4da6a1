import type { History, SentDelivery, SentEvent } from '../load/history.js';
import { CLOCK_TOLERANCE_MS, type Check, grouped } from './finding.js';
import type { StoredEvent } from './snapshot.js';

/** Signatures may be this old, in milliseconds. */
const SIGNATURE_TOLERANCE_MS = 300_000;

/** Every 200 is stored once and byte for byte; nothing else got in; nobody was told something false. */
export const checkStoredEvents: Check = (history, { events }, findings) => {
  const stored = grouped(events, ({ id }) => id);
  const deliveries = grouped(history.deliveries, ({ eventId }) => eventId);
  for (const sent of history.events) {
    const rows = stored.get(sent.id) ?? [];
    const mine = deliveries.get(sent.id) ?? [];
    const genuine = mine.filter(({ forgery }) => forgery === undefined);
    const firstAnswer = firstAcknowledgement(genuine);
    if (firstAnswer !== undefined) {
      findings.expect(rows.length > 0, 'acknowledged events are stored', sent.id, () => shown(genuine));
      findings.expect(
        rows.every(({ receivedAt }) => receivedAt <= firstAnswer + CLOCK_TOLERANCE_MS),
        'events are stored before they are acknowledged',
        sent.id,
        () => `stored ${rows[0]?.receivedAt}, acknowledged ${firstAnswer}`,
      );
    }
    findings.expect(rows.length <= 1, 'no event is stored twice', sent.id, () => `${rows.length} rows`);
    findings.expect(
      rows.length === 0 || genuine.length > 0,
      'nothing gets in without a genuine signature',
      sent.id,
      () => shown(mine),
    );
    for (const row of rows) {
      findings.expect(
        sent.bodies.includes(row.payload),
        'payloads are kept byte for byte',
        sent.id,
        () => row.payload,
      );
      findings.expect(isAsSent(sent, row), 'events are described as they were sent', sent.id, () =>
        JSON.stringify({ ...row, payload: '' }),
      );
    }
    findings.expect(
      !sent.persistent || genuine.length === 0 || firstAnswer !== undefined,
      'whoever goes on sending is acknowledged',
      sent.id,
      () => shown(genuine),
    );
    for (const delivery of mine) checkAnswer(history, delivery, findings);
  }
};

function checkAnswer(history: History, delivery: SentDelivery, findings: Parameters<Check>[2]): void {
  const { status, forgery, eventId } = delivery;
  if (status === undefined) return;
  if (forgery !== undefined) {
    findings.expect(status === 400, 'forgeries are refused', eventId, () => shown([delivery]));
    return;
  }
  const isTrue = status === 200 || status === 503 || (status === 400 && isHonestlyExpired(history, delivery));
  findings.expect(isTrue, 'genuine deliveries are told nothing false', eventId, () => shown([delivery]));
}

/** Whether the clock of the process that was asked was so wrong that the signature looked old. */
const isHonestlyExpired = ({ faults }: History, { code, api, sentAt, answeredAt = sentAt }: SentDelivery) =>
  code === 'signature_expired' &&
  faults.some(
    ({ kind, parts, amount = 0, from, to = Infinity }) =>
      kind === 'clock jump' &&
      parts.some((part) => part === `api ${api}`) &&
      amount >= SIGNATURE_TOLERANCE_MS &&
      from <= answeredAt &&
      to >= sentAt,
  );

function isAsSent(sent: SentEvent, row: StoredEvent): boolean {
  const { type, account, livemode, created, objectId } = sent;
  return (
    row.type === type &&
    row.account === (account ?? null) &&
    row.source === (account === undefined ? 'direct' : 'connect') &&
    row.livemode === livemode &&
    row.created === created * 1_000 &&
    row.objectId === objectId
  );
}

/** When an event was first acknowledged. */
export function firstAcknowledgement(deliveries: readonly SentDelivery[]): number | undefined {
  const times = deliveries.flatMap(({ status, answeredAt }) =>
    status === 200 && answeredAt !== undefined ? [answeredAt] : [],
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

const shown = (deliveries: readonly SentDelivery[]): string => JSON.stringify(deliveries);
