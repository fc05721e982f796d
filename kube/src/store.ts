/** What an informer keeps of one object. */
export interface Entry<R> {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly record: R;
}

/** Gives the values under which a record is found in an index. */
export type Indexers<R, I extends string> = Readonly<Record<I, (record: R) => readonly string[]>>;

/** What a change to a store means for those who watch it. */
export type Change<R> =
  | { type: 'added'; key: string; record: R }
  | { type: 'updated'; key: string; record: R; previous: R }
  | { type: 'deleted'; key: string; record: R };

/** Records by key, with secondary indexes. An object deleted and made anew under its name is told apart by its UID. */
export interface Store<R, I extends string> {
  readonly size: number;
  get(key: string): R | undefined;
  /** resourceVersion of what is stored under a key */
  version(key: string): string | undefined;
  values(): IterableIterator<R>;
  keys(): IterableIterator<string>;
  byIndex(index: I, value: string): R[];
  set(key: string, entry: Entry<R>): Change<R>[];
  delete(key: string): Change<R>[];
}

export function createStore<R, I extends string>(indexers: Indexers<R, I>): Store<R, I> {
  const entries = new Map<string, Entry<R>>();
  const names = Object.keys(indexers) as I[];
  const indexes = new Map<I, Map<string, Set<string>>>(names.map((name) => [name, new Map()]));

  function index(key: string, record: R): void {
    for (const name of names) {
      const buckets = indexes.get(name);
      for (const value of indexers[name](record)) {
        const bucket = buckets?.get(value);
        if (bucket) bucket.add(key);
        else buckets?.set(value, new Set([key]));
      }
    }
  }

  function unindex(key: string, record: R): void {
    for (const name of names) {
      const buckets = indexes.get(name);
      for (const value of indexers[name](record)) {
        const bucket = buckets?.get(value);
        bucket?.delete(key);
        if (bucket?.size === 0) buckets?.delete(value);
      }
    }
  }

  return {
    get size() {
      return entries.size;
    },
    get: (key) => entries.get(key)?.record,
    version: (key) => entries.get(key)?.resourceVersion,
    values: () => Iterator.from(entries.values()).map((entry) => entry.record) as IterableIterator<R>,
    keys: () => entries.keys(),
    byIndex(name, value) {
      const found: R[] = [];
      for (const key of indexes.get(name)?.get(value) ?? []) {
        const entry = entries.get(key);
        if (entry) found.push(entry.record);
      }
      return found;
    },
    set(key, entry) {
      const previous = entries.get(key);
      if (previous && previous.uid === entry.uid && previous.resourceVersion === entry.resourceVersion) return [];
      if (previous) unindex(key, previous.record);
      entries.set(key, entry);
      index(key, entry.record);
      const { record } = entry;
      if (!previous) return [{ type: 'added', key, record }];
      if (previous.uid === entry.uid) return [{ type: 'updated', key, record, previous: previous.record }];
      return [
        { type: 'deleted', key, record: previous.record },
        { type: 'added', key, record },
      ];
    },
    delete(key) {
      const previous = entries.get(key);
      if (!previous) return [];
      unindex(key, previous.record);
      entries.delete(key);
      return [{ type: 'deleted', key, record: previous.record }];
    },
  };
}
