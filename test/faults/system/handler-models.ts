/** What the handlers of the fault tests do: the handlers follow it, and the checker knows by it what must have happened. */

/** What an event asks of its handlers; it travels in the metadata of its object. */
export interface Script {
  /** Attempts that fail before one succeeds. */
  failures?: number;
  /** How long an attempt takes, in milliseconds. */
  ms?: number;
  /** Attempts that take longer than they may, and write after that. */
  hangs?: number;
  /** How `faults.ends` ends: dead in every generation, dead in the first one only, or skipped. */
  end?: 'dead' | 'dead once' | 'skipped';
}

export interface HandlerModel {
  id: string;
  types: readonly string[];
  source?: 'direct' | 'connect';
  livemode?: boolean;
  /** A row that commits with the run, or a call to somebody else. */
  effect: 'row' | 'call';
  ordered?: boolean;
}

export const QUICK = 'faults.quick';
export const SLOW = 'faults.slow';
export const FLAKY = 'faults.flaky';
export const ENDS = 'faults.ends';
export const HANGS = 'faults.hangs';
export const IN_ORDER = 'faults.in-order';
export const CALLS = 'faults.calls';
export const CALLS_IN_ORDER = 'faults.calls-in-order';
export const DIRECT_ONLY = 'faults.direct-only';
export const CONNECT_ONLY = 'faults.connect-only';
export const TEST_MODE_ONLY = 'faults.test-mode-only';

export const quickTypes = ['payment_intent.succeeded', 'charge.succeeded'] as const;
export const orderedTypes = ['customer.subscription.updated', 'charge.refunded'] as const;

export const handlerModels: readonly HandlerModel[] = [
  { id: QUICK, types: quickTypes, effect: 'row' },
  { id: SLOW, types: ['payment_intent.succeeded'], effect: 'row' },
  { id: FLAKY, types: ['charge.succeeded'], effect: 'row' },
  { id: DIRECT_ONLY, types: ['charge.succeeded'], source: 'direct', effect: 'row' },
  { id: CONNECT_ONLY, types: ['charge.succeeded'], source: 'connect', effect: 'row' },
  { id: ENDS, types: ['customer.created'], effect: 'row' },
  { id: HANGS, types: ['invoice.paid'], effect: 'row' },
  { id: TEST_MODE_ONLY, types: ['invoice.paid'], livemode: false, effect: 'row' },
  { id: IN_ORDER, types: orderedTypes, effect: 'row', ordered: true },
  { id: CALLS, types: ['transfer.created'], effect: 'call' },
  { id: CALLS_IN_ORDER, types: ['customer.subscription.updated'], effect: 'call', ordered: true },
];

/** Event types of the histories; nobody handles the last one. */
export const eventTypes = [
  'payment_intent.succeeded',
  'charge.succeeded',
  'customer.created',
  'invoice.paid',
  'transfer.created',
  ...orderedTypes,
  'balance.available',
] as const;

export type FaultEventType = (typeof eventTypes)[number];

/** An event as far as it decides who handles it. */
interface Handled {
  type: string;
  account?: string | undefined;
  livemode: boolean;
}

/** Who takes an event. The processes run in `PROCESS_MODE=test`: of a live event the runs are made, and skipped. */
export const handlersOf = ({ type, account, livemode }: Handled): readonly HandlerModel[] =>
  handlerModels.filter(
    (model) =>
      model.types.includes(type) &&
      (model.source === undefined || (model.source === 'connect') === (account !== undefined)) &&
      (model.livemode === undefined || model.livemode === livemode),
  );

/** The only end that a run may come to, unless its workers died under it again and again. */
export function expectedEnd(
  { id }: HandlerModel,
  { livemode, script }: { livemode: boolean; script: Script },
  generation: number,
): 'succeeded' | 'dead' | 'skipped' {
  if (livemode) return 'skipped';
  if (id !== ENDS || script.end === undefined) return 'succeeded';
  if (script.end === 'dead once') return generation === 1 ? 'dead' : 'succeeded';
  return script.end;
}

const KEY = 'faults';

/** Metadata that carry a script. */
export const metadataOf = (script: Script): Record<string, string> => ({ [KEY]: JSON.stringify(script) });

export function scriptOf(event: { data: { object: object } }): Script {
  const { metadata } = event.data.object as { metadata?: Record<string, string> };
  return JSON.parse(metadata?.[KEY] ?? '{}') as Script;
}
