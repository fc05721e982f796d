/** One connection at a time writes an upload. A newer one takes over: the agent that opened it has given the older up,
 * even if this side has not noticed that its connection is dead. */
export interface UploadTurns {
  /** Resolves when whoever had the key has let go.
   * @returns the turn, whose signal aborts when a newer connection wants it */
  take(key: string): Promise<UploadTurn>;
}

export interface UploadTurn extends Disposable {
  readonly signal: AbortSignal;
}

export function createUploadTurns(): UploadTurns {
  const holders = new Map<string, { readonly controller: AbortController; readonly released: Promise<void> }>();
  return {
    async take(key) {
      const before = holders.get(key);
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      const holder = { controller: new AbortController(), released };
      holders.set(key, holder);
      before?.controller.abort(new Error('a newer connection goes on with this upload'));
      await before?.released;
      return {
        signal: holder.controller.signal,
        [Symbol.dispose]() {
          if (holders.get(key) === holder) holders.delete(key);
          release();
        },
      };
    },
  };
}
