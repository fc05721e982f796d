/** Keeps the spool below its limit, by counting: asking the file system for each batch would cost more than the batch. */
export interface SpoolBudget {
  /** Books bytes for a device of a capture. @returns false, nothing booked, when they do not fit */
  take(key: string, bytes: number): boolean;
  /** Books bytes that are on disk already. */
  book(key: string, bytes: number): void;
  /** Gives back all that was booked under a key. */
  free(key: string): void;
  used(): number;
  readonly limit: number;
}

export function createSpoolBudget(limit: number): SpoolBudget {
  const booked = new Map<string, number>();
  let used = 0;
  const book = (key: string, bytes: number): void => {
    used += bytes;
    booked.set(key, (booked.get(key) ?? 0) + bytes);
  };
  return {
    limit,
    take(key, bytes) {
      if (used + bytes > limit) return false;
      book(key, bytes);
      return true;
    },
    book,
    free(key) {
      used -= booked.get(key) ?? 0;
      booked.delete(key);
    },
    used: () => used,
  };
}

/** The key of one device's share. */
export function budgetKey(uid: string, pciAddress: string): string {
  return `${uid}/${pciAddress}`;
}
