import { setTimeout as sleep } from 'node:timers/promises';

const WITHIN_MS = 60_000;
const POLL_MS = 10;

interface DeviceStatus {
  readonly device: string;
  readonly present: boolean;
  readonly userContexts: number;
}

/** Waits until no device of an emulated host has a user context any more: everything that was opened is closed, and the
 * command log says so. close(2) does not wait for that. On FUSE it sends FLUSH and waits for the answer, but the RELEASE,
 * at which the context ends, it leaves to the background; a program that has closed its device, or has ended, may thus be
 * seen before its DESTROY_UCTX. Whoever counts contexts, or commands from here on, waits first.
 * @param status asks the emulator for its status
 * @throws Error that names the devices still in use after a minute */
export async function untilIdle(status: () => Promise<Readonly<Record<string, unknown>>>): Promise<void> {
  const deadline = Date.now() + WITHIN_MS;
  for (;;) {
    const devices = (await status())['devices'] as readonly DeviceStatus[];
    // The contexts of a removed device went with it; they are counted until it is restored.
    const inUse = devices.filter(({ present, userContexts }) => present && userContexts > 0);
    if (inUse.length === 0) return;
    if (Date.now() > deadline)
      throw new Error(`still in use after ${WITHIN_MS / 1000} s: ${inUse.map(({ device }) => device).join(', ')}`);
    await sleep(POLL_MS);
  }
}
