import { setTimeout as sleep } from 'node:timers/promises';
import { DirectoryLockedError, type Logger, lockDirectory } from '@nicdiag/runtime';

export interface WaitForLockOptions {
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Told why the agent is not ready, each time it is looked. */
  readonly onWait: (reason: string) => void;
}

const LOOK_AGAIN_MS = 500;

/** Takes the state directory for this process. A predecessor that was killed while a thread of it waits in an ioctl keeps
 * it until the kernel lets go, about a minute on hardware; the agent waits, unready, and says so. */
export async function waitForLock(
  stateDir: string,
  { signal, logger, onWait }: WaitForLockOptions,
): Promise<Disposable> {
  let told = false;
  for (;;) {
    signal.throwIfAborted();
    try {
      return lockDirectory(stateDir);
    } catch (error) {
      if (!(error instanceof DirectoryLockedError)) throw error;
      onWait(`${error.message} (the agent before this one is still in a command to a device)`);
      if (!told) logger.warn('the state directory is in use; waiting for it', { stateDir });
      told = true;
      await sleep(LOOK_AGAIN_MS, undefined, { signal });
    }
  }
}
