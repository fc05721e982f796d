import type { NicDevice } from '@nicdiag/api';
import { connect } from '../connection/connect.ts';
import type { ConnectionFlags } from '../connection/connectionFlags.ts';
import { DEVICE_TYPE, DEVICES } from '../connection/resources.ts';
import type { Io } from '../io.ts';
import { parseOutput, printObjects } from '../output/printObjects.ts';
import type { Column } from '../output/table.ts';
import { formatAge } from '../output/units.ts';

export interface DevicesOptions extends ConnectionFlags {
  readonly output?: string;
  readonly selector?: string;
  readonly node?: string;
}

/** The NICs of the cluster, or of one node. */
export async function devicesCommand(options: DevicesOptions, io: Io): Promise<void> {
  const format = parseOutput(options.output);
  await using connection = connect(options, io);
  const { client } = connection;
  const { items } = await client.list(DEVICES, { labelSelector: options.selector, ...connection.request() });
  const devices = items
    .filter((device) => options.node === undefined || device.spec.nodeName === options.node)
    .map((device): NicDevice => ({ ...device, apiVersion: 'nicdiag.dev/v1alpha1', kind: 'NicDevice' }));
  const nothing = options.node === undefined ? 'No devices found.' : `No devices found on node ${options.node}.`;
  printObjects(io, devices, { format, type: DEVICE_TYPE, columns: deviceColumns(client.clock.now()), nothing });
}

const HEALTH_COLOURS = { Healthy: 32, Degraded: 33, Limited: 33, Unresponsive: 31 } as const;

function deviceColumns(nowMs: number): readonly Column<NicDevice>[] {
  return [
    { head: 'NODE', cell: ({ spec }) => spec.nodeName },
    { head: 'PCI', cell: ({ spec }) => spec.pciAddress },
    { head: 'MODEL', cell: ({ status }) => status?.model ?? '' },
    { head: 'FIRMWARE', cell: ({ status }) => status?.firmwareVersion ?? '' },
    { head: 'LINK', cell: ({ status }) => status?.link ?? '' },
    {
      head: 'HEALTH',
      cell: ({ status }) => status?.health ?? '',
      colour: ({ status }) => Reflect.get(HEALTH_COLOURS, status?.health ?? '') as number | undefined,
    },
    { head: 'REASON', cell: ({ status }) => status?.conditions?.[0]?.reason ?? '' },
    { head: 'AGE', cell: ({ metadata }) => formatAge(metadata.creationTimestamp, nowMs) },
    { head: 'FUNCTION', cell: ({ status }) => status?.function ?? '', wide: true },
    { head: 'SIDE', cell: ({ status }) => status?.side ?? '', wide: true },
    { head: 'CHANNEL', cell: ({ status }) => status?.channel?.kind ?? '', wide: true },
    { head: 'PSID', cell: ({ status }) => status?.psid ?? '', wide: true },
    { head: 'SERIAL', cell: ({ status }) => status?.serialNumber ?? '', wide: true },
    { head: 'NETDEVS', cell: ({ status }) => status?.netdevs?.join(',') ?? '', wide: true },
    { head: 'RDMA', cell: ({ status }) => status?.rdmaDevices?.join(',') ?? '', wide: true },
    { head: 'MESSAGE', cell: ({ status }) => status?.conditions?.[0]?.message ?? '', wide: true },
  ];
}
