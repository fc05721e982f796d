/** A fixed number of places, taken in the order of asking. */
export interface Places {
  /** Waits for a free place; dispose of it to give it back. @throws the signal's reason */
  take(signal: AbortSignal): Promise<Disposable>;
}

export function createPlaces(count: number): Places {
  let free = count;
  const queue: (() => void)[] = [];

  const place = (): Disposable => ({
    [Symbol.dispose]() {
      const next = queue.shift();
      if (next === undefined) free += 1;
      else next();
    },
  });

  return {
    async take(signal) {
      signal.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return place();
      }
      return await new Promise<Disposable>((resolve, reject) => {
        const granted = (): void => {
          signal.removeEventListener('abort', aborted);
          resolve(place());
        };
        const aborted = (): void => {
          queue.splice(queue.indexOf(granted), 1);
          reject(signal.reason);
        };
        queue.push(granted);
        signal.addEventListener('abort', aborted, { once: true });
      });
    },
  };
}
