/** Numbers of the objects of one kind: a few runs, so that ten thousand objects cost nothing until they are asked for. */
export interface IdSet {
  readonly size: number;
  has(id: number): boolean;
  /** The smallest number that is at least `id`. */
  next(id: number): number | undefined;
}

export interface IdRun {
  readonly first: number;
  readonly count: number;
}

/** @param runs in increasing order, without overlap; empty ones do not matter */
export function idSet(...runs: readonly IdRun[]): IdSet {
  const filled = runs.filter(({ count }) => count > 0);
  const next = (id: number): number | undefined => {
    for (const { first, count } of filled) {
      if (id < first + count) return Math.max(id, first);
    }
    return undefined;
  };
  return {
    size: filled.reduce((sum, { count }) => sum + count, 0),
    next,
    has: (id) => next(id) === id,
  };
}

/** Numbers that are in one of both. */
export function unionOf(one: IdSet, other: IdSet): IdSet {
  return {
    size: one.size + other.size,
    has: (id) => one.has(id) || other.has(id),
    next(id) {
      const [first, second] = [one.next(id), other.next(id)];
      if (first === undefined || second === undefined) return first ?? second;
      return Math.min(first, second);
    },
  };
}
