import type { Outside } from './outside.js';
import type { SigningKeys } from './signing-keys.js';

/** A system under test, whatever it is made of. */
export interface Installation {
  readonly keys: SigningKeys;
  readonly outside: Outside;
  /** Where senders and operators reach a process that receives, also when it is not there. */
  addressOf(api: number): string;
  /** Asks the database past every network that faults are made in, as a superuser. */
  query<R extends object>(text: string, values?: unknown[]): Promise<R[]>;
  /** Undoes every fault: after it, all parts are there and reach each other. */
  heal(): Promise<void>;
  stop(): Promise<void>;
  /** Copies everything that its parts said into a folder. */
  keepLogs(folder: string): void;
  /** Each start of `npm start` since the last call. */
  takeLaunches(): Launch[];
}

/** A start of `npm start`, and what came of it. */
export interface Launch {
  at: number;
  /** Whether another one had the folder then, and still ran. */
  taken: boolean;
  /** Whether it came to serve, was refused because of the other one, was killed before, or ended by itself. */
  end: 'ready' | 'refused' | 'killed' | 'ended';
  /** What worked in its folder when it was ready, and was not started by it. */
  leftovers: string[];
  /** What it said, where it ended by itself. */
  said?: string;
}
