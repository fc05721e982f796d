export type ChannelKind = 'mlx5ctl' | 'fwctl';

/** One PCI function of the mlx5 family, as found below a host root. */
export interface PciFunction {
  /** `0000:03:00.0`, lower case. */
  readonly pciAddress: string;
  /** Domain, bus and device of the first function of its ASIC, by which all of them know that they share it. One lane
   * serves one ASIC. */
  readonly asic: string;
  readonly function: 'PF' | 'VF';
  /** PCI address of the PF, for a VF. */
  readonly physfn?: string;
  /** PCI device id, e.g. 0x1021. */
  readonly deviceId: number;
  /** `ConnectX-7`, `BlueField-3` …; `unknown (0x1234)` for an id that is not in the table. */
  readonly model: string;
  /** Of a DPU: whether this host is a server that the card is plugged into, or the card's own Arm cores, whose PF (ECPF)
   * owns the eswitch. Absent for a card that is no DPU. */
  readonly side?: 'Host' | 'Arm';
  /** Its own, without those of subfunctions and representors. */
  readonly netdevs: readonly string[];
  readonly rdmaDevices: readonly string[];
  /** PCI addresses of a PF's VFs, whether or not they have a channel of their own. */
  readonly vfs: readonly string[];
  /** Subfunctions of a PF: they have no channel, what is asked of them is asked of it. */
  readonly subfunctions: readonly Subfunction[];
  readonly numaNode?: number;
  /** Operational state of the netdevs as sysfs has it: Up when any is up, Unknown without a netdev. */
  readonly link: 'Up' | 'Down' | 'Unknown';
}

/** A subfunction (SF): an auxiliary device below a PF. */
export interface Subfunction {
  /** `mlx5_core.sf.2`. */
  readonly name: string;
  /** The number that devlink was given when it was made. */
  readonly sfnum?: number;
  readonly netdevs: readonly string[];
  readonly rdmaDevices: readonly string[];
}

/** One PCI function with a debug channel. */
export interface NicFunction extends PciFunction {
  readonly kind: ChannelKind;
  /** Path of the node that is opened, below the host root, e.g. `/host/dev/mlx5ctl-mlx5_core.ctl.0`. */
  readonly node: string;
}

/** Why a function has no debug channel:
 * - `FlashRecovery`: no firmware runs; the card has its recovery id and waits for an image
 * - `NoDriver`: no driver has it, or another than mlx5_core (vfio-pci for a virtual machine)
 * - `NoChannel`: mlx5_core has it, but neither fwctl nor mlx5ctl made a node */
export type UnreachableReason = 'FlashRecovery' | 'NoDriver' | 'NoChannel';

/** A physical function that is there, but cannot be asked anything. */
export interface UnreachableFunction extends PciFunction {
  readonly unreachable: UnreachableReason;
  /** A sentence for a person: what it means, what to do. */
  readonly message: string;
}
