/** How many runs of one handler this worker executes at once, and whether more of them are due. */
interface Lane {
  running: number;
  overflow: boolean;
}

/**
 * Keeps one noisy handler from taking every slot of a worker: each handler has a lane of limited width. A run that
 * finds its lane full is turned away without waiting; whoever leaves the lane next fetches it from Postgres.
 */
export class Lanes {
  private readonly lanes = new Map<string, Lane>();

  /** @returns whether there was room; if not, the lane remembers that more is due */
  enter(handlerId: string, width: number): boolean {
    const lane = this.lanes.get(handlerId) ?? { running: 0, overflow: false };
    this.lanes.set(handlerId, lane);
    if (lane.running >= width) lane.overflow = true;
    else {
      lane.running++;
      return true;
    }
    return false;
  }

  /**
   * Leaves, unless a run was turned away since this was last asked: then whoever asked stays and must look for it.
   * One step, so that no run is turned away in between.
   */
  leave(handlerId: string, { inAnyCase = false } = {}): boolean {
    const lane = this.lanes.get(handlerId);
    if (!lane) return true;
    const stay = lane.overflow && !inAnyCase;
    lane.overflow = false;
    if (!stay) lane.running--;
    return !stay;
  }
}
