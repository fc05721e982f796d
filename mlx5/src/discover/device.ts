export type ChannelKind = 'mlx5ctl' | 'fwctl';

/** One PCI function with a debug channel, as found below a host root. */
export interface NicFunction {
  readonly kind: ChannelKind;
  /** Path of the node that is opened, below the host root, e.g. `/host/dev/mlx5ctl-mlx5_core.ctl.0`. */
  readonly node: string;
  /** `0000:03:00.0`, lower case. */
  readonly pciAddress: string;
  /** Domain, bus and device shared by all functions of one card; a VF has its PF's. One lane serves one ASIC. */
  readonly asic: string;
  readonly function: 'PF' | 'VF';
  /** PCI address of the PF, for a VF. */
  readonly physfn?: string;
  /** PCI device id, e.g. 0x1021. */
  readonly deviceId: number;
  /** `ConnectX-7`, `BlueField-3` …; `unknown (0x1234)` for an id that is not in the table. */
  readonly model: string;
  readonly netdevs: readonly string[];
  readonly rdmaDevices: readonly string[];
  /** PCI addresses of a PF's VFs, whether or not they have a channel of their own. */
  readonly vfs: readonly string[];
  readonly numaNode?: number;
  /** Operational state of the netdevs as sysfs has it: Up when any is up, Unknown without a netdev. */
  readonly link: 'Up' | 'Down' | 'Unknown';
}
