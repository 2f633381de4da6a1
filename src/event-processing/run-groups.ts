import { GroupCommit } from '../database/group-commit.js';
import { PostgresPool, sqlState } from '../database/postgres-pool.js';
import type { ClaimedRun } from './claimed-run.js';
import * as statement from './run-statements.js';

/** Two statements of a kind at a time: one while the other waits for the disk. */
const CONCURRENT_COMMITS = 2;
const MAX_GROUP_RUNS = 100;

/** Longest time of one statement, in milliseconds; a run may have to wait for two. */
const TIMEOUT_MS = 30_000;

/**
 * Left to itself, Postgres plans these statements each time, which takes longer than to run them. A plan that is kept may
 * be from the time when the tables were empty: so it has no choice but to look up each row by its key.
 */
const PLANS = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_sort: 'off',
};

/** An attempt of a run. Its number is the fencing token: it counts until another worker takes the run over. */
export interface Attempt {
  id: string;
  attempts: number;
}

/** A run to be started, with the number of attempts already made. */
interface Claim extends Attempt {
  leaseMs: number;
}

/**
 * Starts and ends runs in groups: those that ask in the same moment share a statement and a commit. Its connections are
 * its own, so that handlers which hold all others cannot keep it waiting.
 */
export class RunGroups {
  private readonly pool: PostgresPool;
  private readonly claims = groupCommit((claims: Claim[]) =>
    this.started('turnpike_claim', statement.CLAIM, claims),
  );
  private readonly lateClaims = groupCommit(
    (claims: Claim[]) => this.started('turnpike_claim_late', statement.CLAIM_LATE, claims),
    1,
  );
  private readonly claimsNext = new Map<string, GroupCommit<number, ClaimedRun | undefined>>();
  private readonly successes = groupCommit((attempts: Attempt[]) => this.succeeded(attempts));

  constructor(url: string) {
    this.pool = new PostgresPool({
      url,
      name: 'turnpike runs',
      size: 2 * CONCURRENT_COMMITS,
      timeoutMs: TIMEOUT_MS,
      settings: PLANS,
    });
  }

  /** Starts a run, unless it is not to be started now. */
  async claim(claim: Claim): Promise<ClaimedRun | undefined> {
    return (await this.claims.add(claim)) ?? (await this.lateClaims.add(claim));
  }

  /** Starts the live run of a handler that has waited longest, if any is due. */
  claimNext(handlerId: string, leaseMs: number): Promise<ClaimedRun | undefined> {
    let claims = this.claimsNext.get(handlerId);
    if (!claims) {
      claims = groupCommit((leases: number[]) => this.claimedNext(handlerId, leases));
      this.claimsNext.set(handlerId, claims);
    }
    return claims.add(leaseMs);
  }

  /** Whether the attempt still held its run, which has succeeded then. */
  async succeed(attempt: Attempt): Promise<boolean> {
    return (await this.successes.add(attempt)) !== undefined;
  }

  end(): Promise<void> {
    return this.pool.end();
  }

  private async started(name: string, text: string, claims: Claim[]): Promise<(ClaimedRun | undefined)[]> {
    // Always in the same order: two workers that get the same jobs must not wait for each other.
    const inOrder = claims.toSorted((a, b) => Number(a.id) - Number(b.id));
    const runs = await this.pool.queryPrepared<ClaimedRun>({
      name,
      text,
      values: [
        inOrder.map(({ id }) => id),
        inOrder.map(({ attempts }) => attempts),
        inOrder.map(({ leaseMs }) => leaseMs),
      ],
    });
    return dealt(claims, runs);
  }

  private async claimedNext(handlerId: string, leases: number[]): Promise<(ClaimedRun | undefined)[]> {
    const runs = await this.pool.queryPrepared<ClaimedRun>({
      name: 'turnpike_claim_next',
      text: statement.CLAIM_NEXT,
      values: [handlerId, Math.max(...leases), leases.length],
    });
    return leases.map((_, i) => runs[i]);
  }

  private async succeeded(attempts: Attempt[]): Promise<({ id: string } | undefined)[]> {
    const runs = await this.pool.queryPrepared<{ id: string }>({
      name: 'turnpike_succeed',
      text: statement.SUCCEED,
      values: [attempts.map(({ id }) => id), attempts.map((attempt) => attempt.attempts)],
    });
    return dealt(attempts, runs);
  }
}

/** To each who asked for a run: that run, or nothing. Where two asked for the same, one has it. */
function dealt<R extends { id: string }>(asked: { id: string }[], runs: R[]): (R | undefined)[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  return asked.map(({ id }) => {
    const run = byId.get(id);
    byId.delete(id);
    return run;
  });
}

/** Groups of which each item goes alone when some of them get in one another's way. */
function groupCommit<I, O>(
  commit: (items: I[]) => Promise<(O | undefined)[]>,
  concurrency = CONCURRENT_COMMITS,
): GroupCommit<I, O | undefined> {
  const apart = async (items: I[]): Promise<(O | undefined)[]> => {
    try {
      return await commit(items);
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (items.length === 1) return [undefined];
      const outputs: (O | undefined)[] = [];
      for (const item of items) outputs.push(...(await apart([item])));
      return outputs;
    }
  };
  return new GroupCommit({
    commit: apart,
    concurrency,
    maxItems: MAX_GROUP_RUNS,
    timeoutMs: 2 * TIMEOUT_MS,
  });
}

/**
 * Another run for the same object is running (unique_violation on handler_run_one_at_a_time), or two groups wait for each
 * other (deadlock_detected).
 */
const isConflict = (error: unknown): boolean => /^(?:23505|40P01)$/.test(sqlState(error) ?? '');
