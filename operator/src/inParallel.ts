/** Does something for each item, at most `limit` at once. All are tried; the first failure is thrown at the end.
 * @param signal stops taking up further items */
export async function inParallel<T>(
  items: Iterable<T>,
  limit: number,
  act: (item: T) => Promise<void>,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const queue = Iterator.from(items);
  const failures: unknown[] = [];
  async function work(): Promise<void> {
    for (const item of queue) {
      if (signal.aborted) return;
      try {
        await act(item);
      } catch (error) {
        failures.push(error);
      }
    }
  }
  await Promise.all(Array.from({ length: limit }, work));
  signal.throwIfAborted();
  if (failures.length > 0) throw failures[0];
}
