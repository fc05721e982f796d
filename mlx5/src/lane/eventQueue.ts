/** A queue with one consumer. It is bounded by what feeds it: a lane sends no more batches than it has credits for. */
export interface EventQueue<T> extends AsyncIterable<T> {
  push(event: T): void;
  /** No more comes; what is queued is still delivered. */
  close(): void;
}

export function createEventQueue<T>(): EventQueue<T> {
  const events: T[] = [];
  let closed = false;
  let wake: (() => void) | undefined;

  function notify(): void {
    wake?.();
    wake = undefined;
  }

  async function* drain(): AsyncGenerator<T, void> {
    while (true) {
      const event = events.shift();
      if (event !== undefined) yield event;
      else if (closed) return;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  }

  return {
    push(event) {
      events.push(event);
      notify();
    },
    close() {
      closed = true;
      notify();
    },
    [Symbol.asyncIterator]: drain,
  };
}
