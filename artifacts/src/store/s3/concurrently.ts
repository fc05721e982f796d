/** Calls `work` for each item, several at the same time; the source is read one by one. After an error no more is begun; it is
 * thrown when what was under way has ended. */
export async function concurrently<T>(
  items: AsyncIterable<T>,
  many: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  const errors: unknown[] = [];
  const worker = async (): Promise<void> => {
    try {
      for (;;) {
        const next = errors.length > 0 ? undefined : await iterator.next();
        if (next === undefined || next.done) return;
        await work(next.value);
      }
    } catch (error) {
      errors.push(error);
    }
  };
  await Promise.all(Array.from({ length: many }, worker));
  if (errors.length > 0) throw errors[0];
}
