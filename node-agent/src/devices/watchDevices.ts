import { setTimeout as sleep } from 'node:timers/promises';
import { jitter, type Logger, toError } from '@nicdiag/runtime';
import type { DevicePublisher } from './devicePublisher.ts';
import type { Inventory, KnownDevice } from './inventory.ts';

export interface DeviceWatch {
  /** Looks again soon: something was seen that may have changed a device. */
  request(): void;
  /** Whether a look is being taken. */
  readonly looking: boolean;
  /** Runs until the signal. */
  run(options: { readonly signal: AbortSignal }): Promise<void>;
}

export interface DeviceWatchOptions {
  readonly inventory: Inventory;
  readonly publisher: DevicePublisher;
  readonly logger: Logger;
  /** Milliseconds between two looks. */
  readonly everyMs: number;
  /** Told when a look is complete and what it saw was written, or could not be. */
  readonly onLook?: () => void;
}

/** Requests within this time make one look. */
const GATHER_MS = 1_000;
/** After a look that did not come to its end. */
const AGAIN_MS = 15_000;

/** Keeps the NicDevices of this node true: all devices at the start, every few minutes, and on request. */
export function createDeviceWatch(options: DeviceWatchOptions): DeviceWatch {
  const { inventory, publisher, logger, everyMs, onLook } = options;
  let wake = new AbortController();
  let looking = false;

  /** @returns whether everything is published as it is */
  const look = async (signal: AbortSignal): Promise<boolean> => {
    const writes: Promise<boolean>[] = [];
    const publish = async (known: KnownDevice): Promise<boolean> => {
      try {
        await publisher.publish(known, { signal });
        return true;
      } catch (thrown) {
        const { pciAddress: device } = known.device;
        if (!signal.aborted) logger.error('a NicDevice could not be written', { device, error: toError(thrown) });
        return false;
      }
    };
    const devices = await inventory.refresh((known) => writes.push(publish(known)), { signal });
    const published = await Promise.all(writes);
    onLook?.();
    await publisher.retire(devices, { signal });
    return published.every((written) => written);
  };

  return {
    request: () => wake.abort(),
    get looking() {
      return looking;
    },
    async run({ signal }) {
      while (!signal.aborted) {
        wake = new AbortController();
        let complete = false;
        looking = true;
        try {
          complete = await look(signal);
        } catch (thrown) {
          if (!signal.aborted) logger.error('the devices could not be looked at', { error: toError(thrown) });
        } finally {
          looking = false;
        }
        // An agent's period is its own: a fleet that was rolled out together does not write together.
        await pause(
          jitter(complete ? everyMs : Math.min(everyMs, AGAIN_MS), 0.5),
          AbortSignal.any([signal, wake.signal]),
        );
        await pause(GATHER_MS, signal);
      }
    },
  };
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
