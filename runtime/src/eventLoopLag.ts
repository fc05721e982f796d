export interface EventLoopLag extends Disposable {
  /** The longest that the event loop was late in the last ten seconds, in milliseconds. */
  worst(): number;
}

const TICK_MS = 1_000;
const WINDOW = 10;

/** Watches how late a timer of one second fires. One wake-up a second is all it costs. */
export function watchEventLoopLag(now: () => number = () => performance.now()): EventLoopLag {
  const lags: number[] = [];
  let last = now();
  const timer = setInterval(() => {
    const current = now();
    lags.push(Math.max(0, current - last - TICK_MS));
    if (lags.length > WINDOW) lags.shift();
    last = current;
  }, TICK_MS);
  timer.unref();
  return {
    // What is late right now counts too: the probe may be answered before the timer.
    worst: () => Math.max(0, now() - last - TICK_MS, ...lags),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
