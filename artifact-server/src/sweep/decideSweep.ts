/** A capture of the store that the API server no longer has. */
export interface Missing {
  /** When it was first not seen, milliseconds. */
  readonly since: number;
  /** It vanished together with most others. */
  readonly held: boolean;
}

export interface SweepInput {
  /** UIDs of all captures in the store. */
  readonly stored: ReadonlySet<string>;
  /** UIDs of all captures that the API server has. */
  readonly live: ReadonlySet<string>;
  /** From the sweep before. */
  readonly missing: ReadonlyMap<string, Missing>;
  readonly now: number;
  readonly graceMs: number;
  readonly holdMs: number;
}

export interface SweepDecision {
  readonly missing: ReadonlyMap<string, Missing>;
  readonly remove: readonly string[];
}

/** Fewer cannot be told from someone who tidies up. */
const MASS = 5;

/** Which deleted captures' artifacts go now. Each has a grace period. When most captures vanish between two sweeps, that
 * looks like a restored etcd, a lost CRD or a wrong cluster rather than like people deleting captures: those are held
 * for much longer, so that someone notices (metric, log) before evidence is gone. */
export function decideSweep(input: SweepInput): SweepDecision {
  const { stored, live, now } = input;
  const gone = [...stored].filter((uid) => !live.has(uid));
  const newlyGone = gone.filter((uid) => !input.missing.has(uid));
  const wereThere = stored.size - (gone.length - newlyGone.length);
  const mass = newlyGone.length >= MASS && newlyGone.length > wereThere / 2;
  const missing = new Map(gone.map((uid) => [uid, input.missing.get(uid) ?? { since: now, held: mass }]));
  const isDue = ({ since, held }: Missing) => now - since >= (held ? input.holdMs : input.graceMs);
  const remove = [...missing].filter(([, entry]) => isDue(entry)).map(([uid]) => uid);
  for (const uid of remove) missing.delete(uid);
  return { missing, remove };
}
