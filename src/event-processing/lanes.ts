/** Who a run is for: an event that has just come, or a bulk replay. */
export type RunKind = 'live' | 'replayed';

/** How many runs of one handler this worker executes at once, and of which kind more are due. */
interface Lane extends Record<RunKind, number> {
  width: number;
  turnedAway: Record<RunKind, boolean>;
}

/** What to do at the end of a run. */
interface Leave {
  /** Stay in the lane, and fetch a live run. */
  stay: boolean;
  /** The lane is left, and there is room for this many replayed runs that were turned away. */
  replayedMayEnter: number;
}

/** Replayed runs have at most half of a lane; a lane of one they have while it is empty. */
const shareOfReplayed = (width: number): number => Math.max(1, Math.floor(width / 2));

/**
 * Keeps one noisy handler from taking every slot of a worker: each handler has a lane of limited width. A run that
 * finds its lane full is turned away without waiting. Whoever leaves the lane next fetches a live one from Postgres, and
 * has replayed ones offered again.
 */
export class Lanes {
  private readonly lanes = new Map<string, Lane>();

  /** @returns whether there was room; if not, the lane remembers that more is due */
  enter(handlerId: string, width: number, kind: RunKind): boolean {
    const lane = this.lanes.get(handlerId) ?? {
      width,
      live: 0,
      replayed: 0,
      turnedAway: { live: false, replayed: false },
    };
    this.lanes.set(handlerId, lane);
    const room = kind === 'live' || lane.replayed < shareOfReplayed(width);
    if (room && lane.live + lane.replayed < width) {
      lane[kind]++;
      return true;
    }
    lane.turnedAway[kind] = true;
    return false;
  }

  /**
   * Leaves, unless a live run was turned away: then whoever asked stays and must look for it. One step, so that no run
   * is turned away in between.
   *
   * @param kind - of the run that entered
   */
  leave(handlerId: string, kind: RunKind, { inAnyCase = false } = {}): Leave {
    const lane = this.lanes.get(handlerId);
    if (!lane) return { stay: false, replayedMayEnter: 0 };
    const { turnedAway } = lane;
    if (turnedAway.live && !inAnyCase) {
      turnedAway.live = false;
      return { stay: true, replayedMayEnter: 0 };
    }
    lane[kind]--;
    const replayedMayEnter = shareOfReplayed(lane.width) - lane.replayed;
    // While replayed runs have all of their share, the next of them to leave sees to the others.
    if (!turnedAway.replayed || inAnyCase || replayedMayEnter === 0) {
      return { stay: false, replayedMayEnter: 0 };
    }
    turnedAway.replayed = false;
    return { stay: false, replayedMayEnter };
  }

  /** Says that there may be more than what was found. */
  moreIsDue(handlerId: string, kind: RunKind): void {
    const lane = this.lanes.get(handlerId);
    if (lane) lane.turnedAway[kind] = true;
  }
}
