import { decisionText } from './decision-text.js';
import { milliseconds, printable, table } from '../table.js';
import type { AnswerTally } from './answer-tally.js';
import type { Answer } from './sender.js';

/** What came of a `turnpike send`. */
export interface SendReport {
  readonly url: string;
  readonly type: string;
  readonly eventIds: readonly string[];
  readonly tally: AnswerTally;
  readonly seconds: number;
}

/** The report as an object for `--json`; its field names stay. */
export function reportJson({ url, type, eventIds, tally, seconds }: SendReport): object {
  return {
    url,
    type,
    events: eventIds.length,
    deliveries: tally.total,
    answers: tally.byOutcome,
    all_2xx: tally.allGood,
    latency_ms: tally.latencies ?? null,
    seconds: Number(seconds.toFixed(3)),
    first_failure: tally.firstFailure ?? null,
    event_ids: eventIds,
  };
}

/** The report for a human. */
export function reportText(report: SendReport): string {
  const { eventIds, tally } = report;
  const [id, ...more] = eventIds;
  const lines = tally.total === 1 ? single(report) : summary(report);
  if (id !== undefined && more.length === 0 && tally.allGood) {
    const decided = tally.first && decisionText(tally.first);
    if (decided) lines.push(decided, 'See it in the ledger: npx turnpike issuing decisions --limit 1');
    else lines.push(`See what became of it: npx turnpike events show ${id} --wait`);
  }
  return lines.join('\n');
}

function single({ url, type, eventIds, tally }: SendReport): string[] {
  return [`${eventIds.join()} ${type} → ${url}`, ...(tally.first ? [answerText(tally.first)] : [])];
}

function summary({ url, type, eventIds, tally, seconds }: SendReport): string[] {
  const duration = seconds < 1 ? milliseconds(seconds * 1_000) : `${seconds.toFixed(1)} s`;
  const { latencies, firstFailure } = tally;
  return [
    `${tally.total} deliveries of ${eventIds.length} ${type} → ${url}`,
    `in ${duration}, ${Math.round(tally.total / seconds)} per second`,
    table([
      ['ANSWER', 'DELIVERIES'],
      ...Object.entries(tally.byOutcome).map(([label, n]) => [label, String(n)]),
    ]),
    ...(latencies
      ? [
          `latency: ${Object.entries(latencies)
            .map(([name, ms]) => `${name} ${milliseconds(ms)}`)
            .join(', ')}`,
        ]
      : []),
    ...(firstFailure ? [`first failure: ${answerText(firstFailure)}`] : []),
  ];
}

/** What came back, in a line. */
export function answerText(answer: Answer): string {
  if (answer.status === undefined) return `no answer: ${answer.reason}`;
  return `${answer.status} after ${milliseconds(answer.ms)}: ${printable(answer.body).slice(0, 500)}`;
}
