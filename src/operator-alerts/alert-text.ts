import { MAX_LINES } from './alert-policy.js';
import type { Alert, AlertChange, AlertNews } from './alert.js';

const CHANGES: Record<AlertChange, string> = {
  opened: 'New',
  reopened: 'Back',
  worse: 'Worse',
  resolved: 'Over',
};

/** To the minute, in UTC: nobody knows where the reader is. */
const minute = (time: Date): string => `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
const count = (number: number): string => number.toLocaleString('en');
const runs = (number: number): string => (number === 1 ? '1 dead run' : `${count(number)} dead runs`);
const times = (number: number): string => (number === 1 ? 'once' : `${count(number)} times`);

/** What is wrong, in one sentence that names only handlers, endpoints, fingerprints and numbers. */
export function describeAlert({ kind, subject, occurrences, firstSeenAt, lastSeenAt }: Alert): string {
  const [first = '', second = ''] = subject.split('/');
  switch (kind) {
    case 'dead_runs': {
      const error = second === 'other' ? 'further kinds of error' : `error ${second}`;
      return `${runs(occurrences)} of ${first}, ${error}, the last at ${minute(lastSeenAt)}`;
    }
    case 'silent_endpoint':
      return `The endpoint ${first} has received nothing since ${minute(lastSeenAt)}, and others have`;
    case 'retired_secret':
      return `The endpoint ${first} still needs its retired secret ${second}: used ${times(occurrences)} since ${minute(firstSeenAt)}, the last time at ${minute(lastSeenAt)}`;
    case 'issuing_mismatch':
      return `Stripe applied something else than was answered to an Issuing authorization (${subject}), ${times(occurrences)} within a day, the last at ${minute(lastSeenAt)}`;
  }
}

/** `New: 3 dead runs of orders.fulfil, error 9f86d081884c7d65, the last at 2026-01-31 12:00 UTC` */
const newsLine = (news: AlertNews): string => `${CHANGES[news.change]}: ${describeAlert(news)}`;

/** `Turnpike alerts: 2 new, 1 over` */
export function newsSubject(news: readonly AlertNews[]): string {
  const parts = Object.entries(CHANGES).flatMap(([change, word]) => {
    const many = news.filter((one) => one.change === change).length;
    return many > 0 ? [`${count(many)} ${word.toLowerCase()}`] : [];
  });
  return `Turnpike alerts: ${parts.join(', ')}`;
}

/** The lines of a message, however many alerts there are. */
export function newsLines(news: readonly AlertNews[]): string[] {
  const more = news.length - MAX_LINES;
  return [...news.slice(0, MAX_LINES).map(newsLine), ...(more > 0 ? [`And ${count(more)} more.`] : [])];
}
