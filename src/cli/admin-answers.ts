/** What the admin API answers, as far as the command line reads it. Times are ISO 8601. */

export type RunStatus = 'pending' | 'running' | 'succeeded' | 'retrying' | 'dead' | 'skipped';

export const runStatuses: readonly RunStatus[] = [
  'pending',
  'running',
  'succeeded',
  'retrying',
  'dead',
  'skipped',
];

/** Whether a run with this status is done, for good or ill, until someone replays it. */
export const isFinal = (status: RunStatus): boolean =>
  status === 'succeeded' || status === 'dead' || status === 'skipped';

export interface EventItem {
  id: string;
  type: string;
  source: string;
  account: string | null;
  livemode: boolean;
  objectId: string | null;
  created: string;
  receivedAt: string;
  /** When its payload was erased. */
  erasedAt: string | null;
  /** How many handlers stand where, by the latest run of each. */
  runs: Partial<Record<RunStatus, number>>;
}

export interface Attempt {
  attempt: number;
  outcome: string;
  startedAt: string;
  finishedAt: string;
  error: string | null;
}

export interface Run {
  id: string;
  handler: string;
  generation: number;
  status: RunStatus;
  attempts: number;
  nextAttemptAt: string | null;
  lastError: string | null;
  /** Why it is in its state. */
  why: string;
  history: Attempt[];
}

export interface EventDetail extends Omit<EventItem, 'runs'> {
  context: string | null;
  apiVersion: string | null;
  objectType: string | null;
  signedWith: string;
  runs: Run[];
}

export interface TimelineEntry {
  event: EventItem;
  runs: Run[];
  /** `null` for the first snapshot of an object. */
  changes: { path: string; from?: unknown; to?: unknown }[] | null;
  moreChanges: boolean;
}

export interface EventReplay {
  eventId: string;
  runs: { handler: string; outcome: string; runId: string | null; generation: number | null }[];
}

export interface ReplayPreview {
  events: number;
  sample: EventItem[];
}

export interface ReplaySummary {
  id: string;
  status: ReplayStatus;
  filter: Record<string, unknown>;
  handlers: string[] | null;
  includeSucceeded: boolean;
  backfill: boolean;
  ratePerSecond: number;
  reason: string | null;
  requestedBy: string;
  createdAt: string;
  finishedAt: string | null;
  events: { matched: number; done: number };
  runs: ReplayRuns;
  etaSeconds: number | null;
}

/** With where its runs stand. */
export interface Replay extends ReplaySummary {
  runs: ReplayRuns & Record<RunStatus, number>;
}

export interface ReplayRuns {
  created: number;
  hastened: number;
  leftAlone: number;
}

export const replayStatuses = ['running', 'paused', 'cancelled', 'completed'] as const;
export type ReplayStatus = (typeof replayStatuses)[number];

export interface FailureGroup {
  handler: string;
  fingerprint: string;
  error: string;
  dead: number;
  retrying: number;
  firstSeen: string;
  lastSeen: string;
  state: 'open' | 'acknowledged' | 'resolved';
  note: string | null;
  sample: { eventId: string };
}

export interface Alert {
  id: string;
  kind: string;
  state: 'open' | 'acknowledged' | 'resolved';
  text: string;
  openings: number;
  lastSeenAt: string;
  acknowledgedBy: string | null;
  note: string | null;
}

export interface AlertTest {
  messageId: string;
  email: boolean;
  webhook: boolean;
}

export interface Handler {
  id: string;
  place: string | null;
  types: string[];
  options: Record<string, unknown> | null;
  runs: Record<'pending' | 'running' | 'retrying' | 'dead', number>;
  oldestWaitingSeconds: number | null;
  recent: { attempts: number; errorRate: number | null; p50Ms: number | null; p95Ms: number | null };
  paused: { at: string; by: string; reason: string | null } | null;
  registered: boolean;
}

export interface Key {
  id: string;
  name: string;
  scope: 'read' | 'replay' | 'admin';
  accounts: string[] | null;
  createdAt: string;
  expiresAt: string | null;
  revokedAt: string | null;
  lastUsedAt: string | null;
}

export interface AuditEntry {
  at: string;
  keyName: string;
  action: string;
  target: string;
  reason: string | null;
}

/** Amounts are in the smallest unit of `currency`. */
export interface Decision {
  eventId: string;
  cardId: string | null;
  decidedAt: string;
  currency: string | null;
  asked: number | null;
  approved: boolean;
  granted: number;
  held: number;
  reason: string;
  policy: string | null;
  fallback: boolean;
  latencyMs: number;
  outcome: 'pending' | 'match' | 'mismatch';
  appliedReason: string | null;
}

export interface Erasure {
  id: string;
  status: 'running' | 'completed';
  customer: string | null;
  account: string | null;
  event: string | null;
  events: { matched: number | null; erased: number };
  runsEnded: number;
}
