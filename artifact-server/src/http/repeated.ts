/** Whether something was said within that time. It is said anew when the time is over, however often it came meanwhile.
 * @param now milliseconds, monotonic */
export function createRepeated(
  withinMs: number,
  now: () => number = () => performance.now(),
): (what: string) => boolean {
  const said = new Map<string, number>();
  return (what) => {
    const before = said.get(what);
    if (before !== undefined && now() - before < withinMs) return true;
    said.set(what, now());
    return false;
  };
}
