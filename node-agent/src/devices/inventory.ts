import type { DeviceIdentity, NicFunction, UnreachableFunction } from '@nicdiag/mlx5';
import type { Logger } from '@nicdiag/runtime';
import type { CaptureInventory } from '../captures/captureContext.ts';
import type { LaneScheduler } from '../lanes/laneScheduler.ts';
import { askDevice } from './askDevice.ts';
import type { DeviceFacts } from './deviceFacts.ts';
import { type DeviceAnswer, reasonOfUnreachable } from './explainHealth.ts';

/** One function of this node and what is known of it. */
export interface KnownDevice {
  readonly device: NicFunction | UnreachableFunction;
  readonly answer: DeviceAnswer;
  /** From the last time that firmware answered. */
  readonly facts: DeviceFacts | undefined;
}

export interface Inventory extends CaptureInventory {
  /** Looks what is there, then asks each PF for identity and health. Resolves when all have answered or could not.
   * @param onDevice told of each PF as soon as it has answered, at once of those that cannot be asked */
  refresh(
    onDevice: (device: KnownDevice) => void,
    options: { readonly signal: AbortSignal },
  ): Promise<readonly KnownDevice[]>;
  /** Found by the last look. */
  readonly count: number;
  /** Whether a look has been taken at all. */
  readonly scanned: boolean;
}

export interface InventoryOptions {
  readonly discover: () => readonly NicFunction[];
  /** Physical functions that are there but cannot be asked. */
  readonly discoverUnreachable: () => readonly UnreachableFunction[];
  readonly lanes: LaneScheduler;
  readonly commandTimeoutMs: number;
  readonly logger: Logger;
}

/** A look of this age is good enough to find a device again. */
const RECENT_MS = 2_000;

const NOT_ASKED: DeviceAnswer = { type: 'notAsked' };

function cannotBeAsked(device: UnreachableFunction): KnownDevice {
  const { unreachable: why, message } = device;
  return { device, answer: { type: 'unreachable', why, message }, facts: undefined };
}

export function createInventory(options: InventoryOptions): Inventory {
  const { discover, discoverUnreachable, lanes, commandTimeoutMs, logger } = options;
  let found: readonly NicFunction[] | undefined;
  let lookedAt = 0;
  const known = new Map<string, { answer: DeviceAnswer; facts: DeviceFacts | undefined }>();
  /** A question to a device that is under way: a second one waits for the same answer. */
  const asking = new Map<string, Promise<void>>();

  const look = (): readonly NicFunction[] => {
    const devices = discover();
    const before = new Set(found?.map(({ pciAddress }) => pciAddress));
    for (const device of devices) {
      if (before.has(device.pciAddress)) continue;
      logger.info('a device was found', { device: device.pciAddress, model: device.model, channel: device.kind });
    }
    const now = new Set(devices.map(({ pciAddress }) => pciAddress));
    for (const pciAddress of before) {
      if (now.has(pciAddress)) continue;
      logger.warn('a device is not there any more', { device: pciAddress });
      known.delete(pciAddress);
    }
    found = devices;
    lookedAt = performance.now();
    return devices;
  };

  const ask = (device: NicFunction, signal: AbortSignal): Promise<void> => {
    const running = asking.get(device.pciAddress);
    if (running !== undefined) return running;
    const question = (async () => {
      const answer = await askDevice(lanes, device, { signal, commandTimeoutMs });
      if (answer === undefined) return;
      const facts = 'facts' in answer ? answer.facts : known.get(device.pciAddress)?.facts;
      known.set(device.pciAddress, { answer, facts });
    })().finally(() => asking.delete(device.pciAddress));
    asking.set(device.pciAddress, question);
    return question;
  };

  const describe = (device: NicFunction): KnownDevice => ({
    device,
    ...(known.get(device.pciAddress) ?? { answer: NOT_ASKED, facts: undefined }),
  });

  return {
    scan: look,
    unreachable: () =>
      discoverUnreachable().map((device) => ({ device, reason: reasonOfUnreachable(device.unreachable) })),
    find(pciAddress) {
      const recent = found !== undefined && performance.now() - lookedAt < RECENT_MS;
      return (recent ? found : look())?.find((device) => device.pciAddress === pciAddress);
    },
    async identify(device, { signal }): Promise<DeviceIdentity> {
      // One that was asked and did not answer is not asked again for every capture.
      if (!known.has(device.pciAddress)) await ask(device, signal);
      return known.get(device.pciAddress)?.facts?.identity ?? {};
    },
    async refresh(onDevice, { signal }) {
      const functions = look().filter((device) => device.function === 'PF');
      const unreachable = discoverUnreachable().map(cannotBeAsked);
      for (const device of unreachable) onDevice(device);
      const asked = await Promise.all(
        functions.map(async (device) => {
          await ask(device, signal);
          const described = describe(device);
          if (!signal.aborted) onDevice(described);
          return described;
        }),
      );
      return [...asked, ...unreachable];
    },
    get count() {
      return found?.length ?? 0;
    },
    get scanned() {
      return found !== undefined;
    },
  };
}
