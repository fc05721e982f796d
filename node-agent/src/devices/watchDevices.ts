import { setTimeout as sleep } from 'node:timers/promises';
import { jitter, type Logger, toError } from '@nicdiag/runtime';
import type { DevicePublisher } from './devicePublisher.ts';
import type { Inventory } from './inventory.ts';

export interface DeviceWatch {
  /** Looks again soon: something was seen that may have changed a device. */
  request(): void;
  /** Runs until the signal. */
  run(options: { readonly signal: AbortSignal }): Promise<void>;
}

export interface DeviceWatchOptions {
  readonly inventory: Inventory;
  readonly publisher: DevicePublisher;
  readonly logger: Logger;
  /** Milliseconds between two looks. */
  readonly everyMs: number;
  /** Told when a look is complete. */
  readonly onLook?: () => void;
}

/** Requests within this time make one look. */
const GATHER_MS = 1_000;

/** Keeps the NicDevices of this node true: all devices at the start, every few minutes, and on request. */
export function createDeviceWatch(options: DeviceWatchOptions): DeviceWatch {
  const { inventory, publisher, logger, everyMs, onLook } = options;
  let wake = new AbortController();

  const look = async (signal: AbortSignal): Promise<void> => {
    const writes: Promise<void>[] = [];
    const devices = await inventory.refresh(
      (known) => {
        const write = publisher.publish(known, { signal }).catch((thrown: unknown) => {
          if (!signal.aborted)
            logger.error('a NicDevice could not be written', {
              device: known.device.pciAddress,
              error: toError(thrown),
            });
        });
        writes.push(write);
      },
      { signal },
    );
    await Promise.all(writes);
    await publisher.retire(devices, { signal });
    onLook?.();
  };

  return {
    request: () => wake.abort(),
    async run({ signal }) {
      while (!signal.aborted) {
        wake = new AbortController();
        try {
          await look(signal);
        } catch (thrown) {
          if (!signal.aborted) logger.error('the devices could not be looked at', { error: toError(thrown) });
        }
        // An agent's period is its own: a fleet that was rolled out together does not write together.
        await pause(jitter(everyMs, 0.5), AbortSignal.any([signal, wake.signal]));
        await pause(GATHER_MS, signal);
      }
    },
  };
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
