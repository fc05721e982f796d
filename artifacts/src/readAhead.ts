/** What `work` makes of each item, in the order of the items, with some of it begun before its turn: for work that is mostly
 * waiting. An error is thrown at its turn. What is under way when the reader leaves ends by itself.
 * @param ahead items that are worked on at the same time */
export async function* readAhead<T, R>(
  items: Iterable<T>,
  ahead: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void> {
  const iterator = items[Symbol.iterator]();
  const begun: Promise<R>[] = [];
  const begin = (): void => {
    const next = iterator.next();
    if (next.done) return;
    const result = work(next.value);
    // Until its turn comes a failure is nobody's.
    result.catch(() => undefined);
    begun.push(result);
  };
  for (let count = 0; count < ahead; count += 1) begin();
  for (let next = begun.shift(); next !== undefined; next = begun.shift()) {
    const result = await next;
    begin();
    yield result;
  }
}
