// Generated from crds/ by `make generate`. Do not edit.
import type { ObjectMeta } from '@nicdiag/kube/objects';
import type { Condition } from './diagnosticCapture.ts';

/**
 * NicDevice is one mlx5 function of one node: what it is and how it is, without counters or temperatures. Named `<node>.<pci address with dashes>` and owned by its Node.
 */
export interface NicDevice {
  apiVersion: 'nicdiag.dev/v1alpha1';
  kind: 'NicDevice';
  metadata: ObjectMeta;
  spec: NicDeviceSpec;
  status?: NicDeviceStatus;
}
/**
 * Which device. Immutable.
 */
export interface NicDeviceSpec {
  /**
   * Name of the node that holds it.
   */
  nodeName: string;
  /**
   * PCI address, lower case with domain, e.g. `0000:03:00.0`.
   */
  pciAddress: string;
}
/**
 * What the agent found.
 */
export interface NicDeviceStatus {
  /**
   * Model by PCI device id, e.g. `ConnectX-7`.
   */
  model?: string;
  /**
   * PCI device id, e.g. `0x1021`.
   */
  deviceId?: string;
  /**
   * Board identifier (PSID).
   */
  psid?: string;
  /**
   * Firmware in force, e.g. `28.43.2026`.
   */
  firmwareVersion?: string;
  /**
   * Serial number of the board.
   */
  serialNumber?: string;
  /**
   * Part number of the board.
   */
  partNumber?: string;
  /**
   * Domain, bus and device of the first function of its ASIC, e.g. `0000:03:00`: functions that share it have the same. One lane serves one ASIC.
   */
  asic?: string;
  channel?: DeviceChannel;
  /**
   * Network interfaces of the function.
   *
   * Items: One interface name.
   */
  netdevs?: string[];
  /**
   * RDMA devices of the function.
   *
   * Items: One RDMA device name.
   */
  rdmaDevices?: string[];
  /**
   * Physical or virtual function.
   */
  function?: 'PF' | 'VF';
  /**
   * Of a DPU: whether the node is a host of the card or the card itself, whose Arm cores own it (ECPF). Absent for other cards.
   */
  side?: 'Host' | 'Arm';
  /**
   * Virtual functions of a PF, at most 256.
   */
  vfs?: VirtualFunction[];
  /**
   * Subfunctions of a PF, at most 256. They have no channel of their own.
   *
   * Items: One subfunction.
   */
  subfunctions?: {
    /**
     * Auxiliary device, e.g. `mlx5_core.sf.2`.
     */
    name: string;
    /**
     * Number that it was made with.
     */
    sfnum?: number;
  }[];
  /**
   * NUMA node; absent when the host does not say.
   */
  numaNode?: number;
  /**
   * Ports of the function.
   */
  ports?: DevicePort[];
  /**
   * Up when any port is up; Unknown without an interface.
   */
  link?: 'Up' | 'Down' | 'Unknown';
  /**
   * Healthy; Degraded: works with a fault; Limited: firmware refuses this host; Unresponsive: a command did not come back, or no firmware runs; Unknown: not asked yet, or cannot be.
   */
  health?: 'Healthy' | 'Degraded' | 'Limited' | 'Unresponsive' | 'Unknown';
  /**
   * Why health is what it is, the cause first.
   *
   * Items: One condition, as metav1.Condition.
   */
  conditions?: Condition[];
}
/**
 * The debug channel that the agent uses.
 */
export interface DeviceChannel {
  /**
   * Driver of the channel.
   */
  kind: 'mlx5ctl' | 'fwctl';
  /**
   * Version of its interface, e.g. `V4`; absent until it was opened.
   */
  abi?: string;
  /**
   * Device node on the host, e.g. `/dev/fwctl/fwctl0`.
   */
  node?: string;
}
/**
 * One virtual function.
 */
export interface VirtualFunction {
  /**
   * PCI address.
   */
  pciAddress: string;
}
/**
 * One port.
 */
export interface DevicePort {
  /**
   * Port number, from 1.
   */
  number: number;
  /**
   * Operational state.
   */
  state?: 'Up' | 'Down' | 'Unknown';
  /**
   * Speed, e.g. `400Gb/s`.
   */
  speed?: string;
}
