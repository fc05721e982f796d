import type { ServerTime } from '../apiServer/serverTime.ts';

/** Longest single wait: the server's clock is looked at again at least so often, and no timer overflows. */
const LONGEST_MS = 60_000;

/** Calls `then` when the server's clock has reached a time; at once when it has. Dispose of it to call it off. */
export function atServerTime(time: ServerTime, milliseconds: number, then: () => void): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const check = (): void => {
    const remaining = milliseconds - time.now();
    if (remaining <= 0) then();
    else timer = setTimeout(check, Math.min(remaining, LONGEST_MS)).unref();
  };
  check();
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
