import type { Condition, NicDeviceStatus } from '@nicdiag/api';
import type { NicFunction, UnreachableFunction } from '@nicdiag/mlx5';
import type { DeviceFacts } from './deviceFacts.ts';
import { type DeviceAnswer, explainHealth } from './explainHealth.ts';

/** The CRD's bounds on lists. */
const MAX_NAMES = 64;
const MAX_VFS = 256;
const MAX_SUBFUNCTIONS = 256;
const MAX_PORTS = 8;

/** What a NicDevice says of a device.
 * @param hostNode the device node as the host names it, without the host root; undefined when it has no channel
 * @param facts from the last time that firmware answered: a device that hangs now is still the same card
 * @param before the conditions that are there: one that holds on keeps its time
 * @param now RFC 3339 */
export function nicDeviceStatus(
  device: NicFunction | UnreachableFunction,
  hostNode: string | undefined,
  answer: DeviceAnswer,
  facts: DeviceFacts | undefined,
  before: readonly Condition[],
  now: string,
): NicDeviceStatus {
  const { health, conditions } = explainHealth(answer);
  const abi = answer.type === 'facts' || answer.type === 'limited' ? { abi: answer.abi } : {};
  const ports = (facts?.ports ?? []).slice(0, MAX_PORTS).map(({ number, state, speed }) => ({
    number,
    state,
    ...(speed === undefined ? {} : { speed }),
  }));
  return {
    model: device.model,
    deviceId: `0x${device.deviceId.toString(16).padStart(4, '0')}`,
    ...facts?.identity,
    asic: device.asic,
    ...('kind' in device && hostNode !== undefined ? { channel: { kind: device.kind, node: hostNode, ...abi } } : {}),
    netdevs: device.netdevs.slice(0, MAX_NAMES),
    rdmaDevices: device.rdmaDevices.slice(0, MAX_NAMES),
    function: device.function,
    ...(device.side === undefined ? {} : { side: device.side }),
    vfs: device.vfs.slice(0, MAX_VFS).map((pciAddress) => ({ pciAddress })),
    ...(device.subfunctions.length === 0
      ? {}
      : {
          subfunctions: device.subfunctions
            .slice(0, MAX_SUBFUNCTIONS)
            .map(({ name, sfnum }) => ({ name, ...(sfnum === undefined ? {} : { sfnum }) })),
        }),
    ...(device.numaNode === undefined ? {} : { numaNode: device.numaNode }),
    ...(ports.length === 0 ? {} : { ports }),
    link: device.link,
    health,
    conditions: conditions.map((condition) => {
      const old = before.find(({ type }) => type === condition.type);
      const held = old !== undefined && old.status === condition.status;
      return { ...condition, lastTransitionTime: held ? old.lastTransitionTime : now };
    }),
  };
}

/** Every field of a status: a merge patch must take away what is no longer said. */
const FIELDS = [
  'model',
  'deviceId',
  'psid',
  'firmwareVersion',
  'serialNumber',
  'partNumber',
  'asic',
  'channel',
  'netdevs',
  'rdmaDevices',
  'function',
  'side',
  'vfs',
  'subfunctions',
  'numaNode',
  'ports',
  'link',
  'health',
  'conditions',
] as const satisfies readonly (keyof NicDeviceStatus)[];

/** The merge patch that makes `before` into `after`, undefined when nothing differs. */
export function statusDifference(
  before: NicDeviceStatus | undefined,
  after: NicDeviceStatus,
): Readonly<Record<string, unknown>> | undefined {
  const patch: Record<string, unknown> = {};
  for (const field of FIELDS) {
    if (canonical(before?.[field]) !== canonical(after[field])) patch[field] = after[field] ?? null;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** JSON with sorted keys: the API server gives objects back in an order of its own. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? 'null'
  );
}
