import type { Type } from '@nestjs/common';
import type { ChaosOptions } from './chaos.js';

/** What a harness starts. */
export interface HarnessOptions {
  /** The modules with the handlers under test: they are the only ones that run. */
  modules: Type[];
  /** Variables of the configuration that differ, by name. */
  env?: Record<string, string>;
  /** What goes wrong on purpose. Default: nothing. */
  chaos?: ChaosOptions;
  /**
   * For `crashAfter`: path or URL of the file that exports the modules, from which a worker process loads them.
   * Default: `src/features/features.ts`, where every feature is listed.
   */
  modulesFrom?: string | URL;
}

/** How one run of an event stands. */
export interface RunState {
  /** Id of the handler, such as `refunds.record`. */
  handler: string;
  /** 1 for the first time the event was handled, 2 for its first replay. */
  generation: number;
  status: 'pending' | 'running' | 'retrying' | 'succeeded' | 'dead' | 'skipped';
  /** How many attempts were begun. */
  attempts: number;
  /** Why the last attempt failed, or the run was skipped; `null` after a success. */
  error: string | null;
}

/** What a replay is to do. Without options, only dead and skipped runs are made again. */
export interface ReplayOptions {
  /** Ids of the handlers to run again. Default: all that match. */
  handlers?: string[];
  /** Whether runs that succeeded are made again, too. Default: `false`. */
  includeSucceeded?: boolean;
  /** Whether a handler that has no run of the event gets one. Default: `false`. */
  backfill?: boolean;
}

/** What became of one handler in a replay. */
export interface ReplayedRun {
  handler: string;
  outcome: 'replayed' | 'due_now' | 'open' | 'succeeded' | 'missing' | 'not_matching';
  runId: string | null;
  generation: number | null;
}

/** A message that a handler put into the outbox and committed, whether it went out already or not. */
export interface WrittenMail {
  key: string;
  kind: string;
  account: string | null;
  /** The recipient's address. */
  to: string;
  subject: string;
  text: string;
  html: string;
}

/** What an admin route answered; the body is parsed where it is JSON. */
export interface AdminAnswer<T> {
  status: number;
  body: T;
}
