/** A run that this worker may work on until its lease ends, with its event. */
export interface ClaimedRun {
  id: string;
  /** Number of this attempt, and the fencing token of all that it writes. */
  attempts: number;
  generation: number;
  /** Whether an earlier attempt was lost with its worker. */
  isolated: boolean;
  /** Whether a bulk replay asked for it. */
  replayed: boolean;
  orderingKey: string | null;
  leaseUntil: Date;
  eventId: string;
  eventType: string;
  created: Date;
  account: string | null;
  context: string | null;
  livemode: boolean;
  kind: 'snapshot' | 'thin';
  objectId: string | null;
  objectType: string | null;
  payload: string;
  /** Whether nothing is left of the event that could be handled. */
  erased: boolean;
}
