/** What operators are told of. A problem is named by its kind and its subject. */
export const alertKinds = ['dead_runs', 'silent_endpoint', 'retired_secret', 'issuing_mismatch'] as const;
export type AlertKind = (typeof alertKinds)[number];

/** `acknowledged`: somebody is on it. `resolved`: the condition has ended. */
export const alertStates = ['open', 'acknowledged', 'resolved'] as const;
export type AlertState = (typeof alertStates)[number];

/** What a message tells of an alert: it is new, came back, got worse, or is over. */
export const alertChanges = ['opened', 'reopened', 'worse', 'resolved'] as const;
export type AlertChange = (typeof alertChanges)[number];

/** A problem, as far as messages may tell of it: nothing in it comes from a payload or an error's text. */
export interface Alert {
  id: string;
  kind: AlertKind;
  /** `orders.fulfil/9f86d081884c7d65`: see docs/alerts.md */
  subject: string;
  state: AlertState;
  occurrences: number;
  firstSeenAt: Date;
  lastSeenAt: Date;
}

/** An alert with what is to be told of it. */
export interface AlertNews extends Alert {
  change: AlertChange;
}
