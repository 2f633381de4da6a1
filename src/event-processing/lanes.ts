/** Who a run is for: an event that has just come, or a bulk replay. */
export type RunKind = 'live' | 'replayed';

/** How many runs of one handler this worker executes at once, and whether more are due. */
interface Lane extends Record<RunKind, number> {
  width: number;
  /** Live runs that were turned away, and how many of them nobody has to look for any more. */
  turnedAway: number;
  lookedFor: number;
  /** Whether a replayed run was turned away. */
  replayedTurnedAway: boolean;
}

/** What to do at the end of a run. */
interface Leave {
  /** Stay in the lane, and look for a live run. If there is none, {@link Lanes.noneIsDue} takes this number. */
  lookFor: number | undefined;
  /** The lane is left, and there is room for this many replayed runs that were turned away. */
  replayedMayEnter: number;
}

/** Replayed runs have at most half of a lane; a lane of one they have while it is empty. */
const shareOfReplayed = (width: number): number => Math.max(1, Math.floor(width / 2));

/**
 * Keeps one noisy handler from taking every slot of a worker: each handler has a lane of limited width. A run that
 * finds its lane full is turned away without waiting. Whoever would leave the lane fetches a live one from Postgres, as long
 * as there are any, and has replayed ones offered again.
 */
export class Lanes {
  private readonly lanes = new Map<string, Lane>();

  /** @returns whether there was room; if not, the lane remembers that more is due */
  enter(handlerId: string, width: number, kind: RunKind): boolean {
    const lane = this.lanes.get(handlerId) ?? {
      width,
      live: 0,
      replayed: 0,
      turnedAway: 0,
      lookedFor: 0,
      replayedTurnedAway: false,
    };
    this.lanes.set(handlerId, lane);
    const room = kind === 'live' || lane.replayed < shareOfReplayed(width);
    if (room && lane.live + lane.replayed < width) {
      lane[kind]++;
      return true;
    }
    if (kind === 'live') lane.turnedAway++;
    else lane.replayedTurnedAway = true;
    return false;
  }

  /**
   * Leaves, unless live runs were turned away: then whoever asked stays and must look for one. So do all who ask, or the
   * lane would empty while the first one looks.
   *
   * @param kind - of the run that entered
   */
  leave(handlerId: string, kind: RunKind, { inAnyCase = false } = {}): Leave {
    const lane = this.lanes.get(handlerId);
    if (!lane) return { lookFor: undefined, replayedMayEnter: 0 };
    const { turnedAway, lookedFor, replayedTurnedAway } = lane;
    if (turnedAway > lookedFor && !inAnyCase) return { lookFor: turnedAway, replayedMayEnter: 0 };
    lane[kind]--;
    const replayedMayEnter = shareOfReplayed(lane.width) - lane.replayed;
    // While replayed runs have all of their share, the next of them to leave sees to the others.
    if (!replayedTurnedAway || inAnyCase || replayedMayEnter === 0) {
      return { lookFor: undefined, replayedMayEnter: 0 };
    }
    lane.replayedTurnedAway = false;
    return { lookFor: undefined, replayedMayEnter };
  }

  /** Says that no live run was found. Those that were turned away since {@link leave} have to be looked for yet. */
  noneIsDue(handlerId: string, lookedFor: number): void {
    const lane = this.lanes.get(handlerId);
    if (lane) lane.lookedFor = Math.max(lane.lookedFor, lookedFor);
  }

  /** Says that there may be more replayed runs than what was found. */
  moreReplayedAreDue(handlerId: string): void {
    const lane = this.lanes.get(handlerId);
    if (lane) lane.replayedTurnedAway = true;
  }
}
