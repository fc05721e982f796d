/** User contexts. A UID is firmware's security label: objects of one are invisible to another. */
export interface UidTable {
  /** @returns a UID that is free, or undefined when all are taken */
  create(capabilities: number): number | undefined;
  /** @returns false when there is none */
  destroy(uid: number): boolean;
  /** UCTX capability bits; undefined for a UID that does not exist. UID 0 is the driver and may do anything. */
  capabilities(uid: number): number | undefined;
  /** Stands for a context as long as it lives: its UID is given again when it has ended. */
  identity(uid: number): object | undefined;
  /** All contexts end: the device was reset. */
  clear(): void;
  readonly size: number;
}

const MAX_UID = 0xffff;

export function createUidTable(): UidTable {
  const driver = {};
  const contexts = new Map<number, { capabilities: number }>();

  return {
    create(capabilities) {
      for (let uid = 1; uid <= MAX_UID; uid++) {
        if (contexts.has(uid)) continue;
        contexts.set(uid, { capabilities });
        return uid;
      }
      return undefined;
    },
    destroy: (uid) => contexts.delete(uid),
    capabilities: (uid) => (uid === 0 ? 0xffffffff : contexts.get(uid)?.capabilities),
    identity: (uid) => (uid === 0 ? driver : contexts.get(uid)),
    clear: () => contexts.clear(),
    get size() {
      return contexts.size;
    },
  };
}
