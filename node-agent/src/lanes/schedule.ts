/** A device's turn, waiting for a lane. */
export interface WaitingTurn {
  readonly id: number;
  readonly asic: string;
}

export interface LaneState {
  /** Oldest first. */
  readonly waiting: readonly WaitingTurn[];
  /** ASICs whose lane is at work. */
  readonly active: readonly string[];
  /** ASICs whose lane is stuck in a command and was given up; each still holds its thread. */
  readonly lost: readonly string[];
}

export interface ScheduleDecision {
  readonly start: readonly number[];
  /** Turns that cannot have a lane: their ASIC is stuck, or no thread is left. */
  readonly refuse: readonly number[];
}

/** Lanes at work at once; each costs about 10 MiB. */
export const MAX_ACTIVE = 2;
/** Lost lanes that are replaced. With so many stuck no further device is opened, so that threads, and with them memory,
 * stay bounded whatever firmware does; the device library has the same bound. */
export const MAX_LOST = 2;

/** Who may start now. One turn at a time for each ASIC, oldest first: two captures on one device never overlap, and a
 * later capture does not overtake. */
export function schedule(state: LaneState): ScheduleDecision {
  const lost = new Set(state.lost);
  const taken = new Set(state.active);
  const refuse: number[] = [];
  const start: number[] = [];
  for (const turn of state.waiting) {
    if (lost.has(turn.asic) || lost.size >= MAX_LOST) {
      refuse.push(turn.id);
    } else if (!taken.has(turn.asic)) {
      // The ASIC is taken even when there is no place: a younger turn of it must not come first.
      taken.add(turn.asic);
      if (state.active.length + start.length < MAX_ACTIVE) start.push(turn.id);
    }
  }
  return { start, refuse };
}
