import { type Logger, toError } from '@nicdiag/runtime';

export interface TrimOptions {
  /** Whether there is work whose memory would only be asked for again. */
  readonly busy: () => boolean;
  readonly trim: () => Promise<unknown>;
  readonly logger: Logger;
  /** @default 25 s: the threads of lanes are ended 15 s after their last work, and V8 keeps the pages of a heap that is gone
   * for another 8 s */
  readonly quietMs?: number;
}

/** Gives memory back once after each piece of work, when it has been quiet for a while. */
export interface QuietTrim extends Disposable {
  /** To be called at the end of work. */
  worked(): void;
}

export function trimWhenQuiet({ busy, trim, logger, quietMs = 25_000 }: TrimOptions): QuietTrim {
  let timer: NodeJS.Timeout | undefined;

  function wait(): void {
    clearTimeout(timer);
    timer = setTimeout(act, quietMs).unref();
  }

  function act(): void {
    if (busy()) wait();
    else trim().catch((error: unknown) => logger.warn('memory cannot be given back', { error: toError(error) }));
  }

  return { worked: wait, [Symbol.dispose]: () => clearTimeout(timer) };
}
