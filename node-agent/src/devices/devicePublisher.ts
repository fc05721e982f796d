import { API_VERSION, type NicDevice, type NicDeviceStatus, nicDeviceName } from '@nicdiag/api';
import type { Logger } from '@nicdiag/runtime';
import type { ApiClient } from '../apiServer/apiClient.ts';
import { ApiError } from '../apiServer/apiError.ts';
import type { NodeIdentity } from '../apiServer/nodeIdentity.ts';
import { untilAnswered } from '../apiServer/untilAnswered.ts';
import { toRfc3339 } from '../captures/rfc3339.ts';
import type { DeviceMetrics } from './deviceMetrics.ts';
import type { KnownDevice } from './inventory.ts';
import { nicDeviceStatus, statusDifference } from './nicDeviceStatus.ts';
import type { PublishedNames } from './publishedNames.ts';

export interface DevicePublisher {
  /** Brings the NicDevice of a device up to date; writes only what has changed. */
  publish(known: KnownDevice, options: { readonly signal: AbortSignal }): Promise<void>;
  /** Deletes the NicDevices of this node whose devices are gone. */
  retire(present: readonly KnownDevice[], options: { readonly signal: AbortSignal }): Promise<void>;
}

export interface DevicePublisherOptions {
  readonly client: ApiClient;
  readonly nodeName: string;
  /** The Node that owns them; asked for each time, the token may not have been there at the start. */
  readonly node: () => NodeIdentity | undefined;
  readonly hostRoot: string;
  readonly published: PublishedNames;
  readonly metrics: DeviceMetrics;
  readonly logger: Logger;
}

const NIC_DEVICES = `/apis/${API_VERSION}/nicdevices`;
/** What somebody else did to a NicDevice (deleted it, wrote to it) is found out after so long. An agent may not watch
 * them, and asking more often would be a poll. */
const TRUSTED_MS = 3_600_000;

export function createDevicePublisher(options: DevicePublisherOptions): DevicePublisher {
  const { client, nodeName, node, hostRoot, published, metrics, logger } = options;
  const written = new Map<string, { readonly status: NicDeviceStatus; readonly at: number }>();

  const asked = <T>(name: string, request: () => Promise<T>, signal: AbortSignal): Promise<T> =>
    untilAnswered(request, {
      signal,
      onTrouble: (error, pauseMs) =>
        logger.warn('a NicDevice could not be written; it is tried again', { nicDevice: name, pauseMs, error }),
    });

  /** What the API server has, made if it has nothing. */
  const current = async (
    name: string,
    pciAddress: string,
    signal: AbortSignal,
  ): Promise<NicDeviceStatus | undefined> => {
    const known = written.get(name);
    if (known !== undefined && performance.now() - known.at < TRUSTED_MS) return known.status;
    try {
      const object = await asked(name, () => client.get(`${NIC_DEVICES}/${name}`, { signal }), signal);
      await published.add(name);
      return isNicDevice(object) ? object.status : undefined;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
    }
    const owner = node();
    if (owner === undefined)
      throw new Error('the token of the API server has no node claim; it must be bound to a Pod');
    // In the list first: a name too many only costs a deletion of what is not there.
    await published.add(name);
    const object = {
      apiVersion: API_VERSION,
      kind: 'NicDevice',
      metadata: { name, ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: owner.name, uid: owner.uid }] },
      spec: { nodeName, pciAddress },
    };
    await asked(name, () => client.create(NIC_DEVICES, object, { signal }), signal).catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.code !== 'AlreadyExists') throw error;
    });
    return undefined;
  };

  return {
    async publish({ device, answer, facts }, { signal }) {
      const { pciAddress } = device;
      const name = nicDeviceName(nodeName, pciAddress);
      const before = await current(name, pciAddress, signal);
      const hostNode = 'node' in device ? belowRoot(device.node, hostRoot) : undefined;
      const now = toRfc3339(client.time.now(), 'seconds');
      const status = nicDeviceStatus(device, hostNode, answer, facts, before?.conditions ?? [], now);
      metrics.present(pciAddress, status);
      const patch = statusDifference(before, status);
      if (patch !== undefined) {
        try {
          const body = { status: patch };
          const path = `${NIC_DEVICES}/${name}/status`;
          await asked(name, () => client.patch(path, body, { type: 'merge', signal }), signal);
        } catch (error) {
          // Deleted by somebody meanwhile: the next round makes it anew.
          written.delete(name);
          throw error;
        }
        logger.info('a NicDevice is written', {
          device: pciAddress,
          health: status.health,
          fields: Object.keys(patch),
        });
      }
      const at = patch === undefined ? (written.get(name)?.at ?? performance.now()) : performance.now();
      written.set(name, { status, at });
    },
    async retire(present, { signal }) {
      metrics.keep(present.map(({ device }) => device.pciAddress));
      const wanted = new Set(present.map(({ device }) => nicDeviceName(nodeName, device.pciAddress)));
      for (const name of [...published.names].filter((known) => !wanted.has(known))) {
        await asked(name, () => client.delete(`${NIC_DEVICES}/${name}`, { signal }), signal);
        written.delete(name);
        await published.remove(name);
        logger.info('the NicDevice of a device that is gone is deleted', { nicDevice: name });
      }
    },
  };
}

function isNicDevice(object: unknown): object is NicDevice {
  return typeof object === 'object' && object !== null && 'kind' in object && object.kind === 'NicDevice';
}

/** A node as the host names it. */
function belowRoot(node: string, hostRoot: string): string {
  return node.startsWith(hostRoot) ? node.slice(hostRoot.replace(/\/$/, '').length) : node;
}
