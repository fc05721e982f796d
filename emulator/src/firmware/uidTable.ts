/** User contexts and what belongs to them. A UID is firmware's security label: objects of one are invisible to another. */
export interface UidTable {
  /** @returns a UID that is free, or undefined when all are taken */
  create(capabilities: number): number | undefined;
  /** Ends a context with all its objects.
   * @returns false when there is none */
  destroy(uid: number): boolean;
  /** UCTX capability bits; undefined for a UID that does not exist. UID 0 is the driver and may do anything. */
  capabilities(uid: number): number | undefined;
  /** Stands for a context as long as it lives: its UID is given again when it has ended. */
  identity(uid: number): object | undefined;
  addObject(uid: number, kind: string): number;
  removeObject(uid: number, kind: string, id: number): boolean;
  /** All contexts end: the device was reset. */
  clear(): void;
  readonly size: number;
}

const MAX_UID = 0xffff;

export function createUidTable(): UidTable {
  const driver = {};
  const contexts = new Map<number, { capabilities: number; objects: Set<string> }>();
  let nextObject = 1;

  return {
    create(capabilities) {
      for (let uid = 1; uid <= MAX_UID; uid++) {
        if (contexts.has(uid)) continue;
        contexts.set(uid, { capabilities, objects: new Set() });
        return uid;
      }
      return undefined;
    },
    destroy: (uid) => contexts.delete(uid),
    capabilities: (uid) => (uid === 0 ? 0xffffffff : contexts.get(uid)?.capabilities),
    identity: (uid) => (uid === 0 ? driver : contexts.get(uid)),
    addObject(uid, kind) {
      const id = nextObject++;
      contexts.get(uid)?.objects.add(`${kind} ${id}`);
      return id;
    },
    removeObject: (uid, kind, id) => contexts.get(uid)?.objects.delete(`${kind} ${id}`) ?? false,
    clear: () => contexts.clear(),
    get size() {
      return contexts.size;
    },
  };
}
