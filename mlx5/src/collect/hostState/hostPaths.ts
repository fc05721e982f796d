import { basename } from 'node:path';
import type { NicFunction } from '../../discover/device.ts';
import type { HostRoot } from '../../discover/hostRoot.ts';

/** Attributes of a PCI function. */
const PCI_ATTRIBUTES = [
  ...['vendor', 'device', 'subsystem_vendor', 'subsystem_device', 'class', 'revision', 'enable', 'power_state'],
  ...['current_link_speed', 'current_link_width', 'max_link_speed', 'max_link_width', 'numa_node', 'local_cpulist'],
  ...['irq', 'msi_bus', 'reset_method', 'd3cold_allowed', 'power/control', 'power/runtime_status'],
  ...['sriov_totalvfs', 'sriov_numvfs', 'aer_dev_correctable', 'aer_dev_nonfatal', 'aer_dev_fatal'],
];

/** Attributes of the bridges above it: a narrow or slow link is as often theirs. */
const BRIDGE_ATTRIBUTES = [
  ...['vendor', 'device', 'current_link_speed', 'current_link_width', 'max_link_speed', 'max_link_width'],
  ...['aer_dev_correctable', 'aer_dev_nonfatal', 'aer_dev_fatal'],
  ...['aer_rootport_total_err_cor', 'aer_rootport_total_err_nonfatal', 'aer_rootport_total_err_fatal'],
];

const NETDEV_ATTRIBUTES = [
  ...['operstate', 'carrier', 'carrier_changes', 'carrier_up_count', 'carrier_down_count', 'speed', 'duplex', 'mtu'],
  ...['address', 'flags', 'phys_port_name', 'phys_switch_id', 'tx_queue_len'],
];

const RDMA_ATTRIBUTES = [
  'node_type',
  'node_guid',
  'sys_image_guid',
  'node_desc',
  'fw_ver',
  'hw_rev',
  'hca_type',
  'board_id',
];
const RDMA_PORT_ATTRIBUTES = ['state', 'phys_state', 'rate', 'link_layer', 'lid', 'sm_lid', 'cap_mask'];

/** What concerns the host as a whole. */
const HOST_FILES = [
  '/proc/version',
  '/proc/uptime',
  '/sys/kernel/security/lockdown',
  '/sys/module/mlx5_core/version',
  '/sys/module/mlx5_core/srcversion',
  '/sys/module/mlx5_core/parameters/*',
  '/sys/module/mlx5_ib/version',
  '/sys/module/mlx5_fwctl/version',
];

/** Per command of the driver: how often, how long, how often it failed; and its pages. Nothing below debugfs that asks
 * firmware when it is read. [inferred: names are those of the mainline driver] */
const DEBUGFS_FILES = ['commands/*/n', 'commands/*/average', 'commands/*/failed', 'pages/*'];
const LAST_FAILURES = ['last_failed_errno', 'last_failed_mbox_status', 'last_failed_syndrome'];

/** Bridges between a device and its root complex; more is a loop. */
const MOST_BRIDGES = 16;

/** Paths below the host's root, in reading order; `*` stands for every name of a directory. */
export function* hostPaths(device: NicFunction, host: HostRoot): Generator<string> {
  yield* expandAll(host, HOST_FILES);
  const pci = `/sys/bus/pci/devices/${device.pciAddress}`;
  yield* PCI_ATTRIBUTES.map((name) => `${pci}/${name}`);
  yield* interrupts(host, pci);
  yield* bridges(host, pci);
  for (const netdev of device.netdevs) {
    const path = `/sys/class/net/${netdev}`;
    yield* NETDEV_ATTRIBUTES.map((name) => `${path}/${name}`);
    yield* expand(host, `${path}/statistics/*`);
  }
  for (const rdma of device.rdmaDevices) {
    const path = `/sys/class/infiniband/${rdma}`;
    yield* RDMA_ATTRIBUTES.map((name) => `${path}/${name}`);
    for (const port of host.list(`${path}/ports`)) {
      yield* RDMA_PORT_ATTRIBUTES.map((name) => `${path}/ports/${port}/${name}`);
      yield* expandAll(host, [`${path}/ports/${port}/counters/*`, `${path}/ports/${port}/hw_counters/*`]);
    }
    yield* expand(host, `${path}/hw_counters/*`);
  }
  const debug = `/sys/kernel/debug/mlx5/${device.pciAddress}`;
  yield* expandAll(
    host,
    [...DEBUGFS_FILES, ...LAST_FAILURES.map((name) => `commands/*/${name}`)].map((path) => `${debug}/${path}`),
  );
}

/** Where the interrupts of the function may run, and do. */
function* interrupts(host: HostRoot, pci: string): Generator<string> {
  for (const irq of host.list(`${pci}/msi_irqs`)) {
    yield `/proc/irq/${irq}/smp_affinity_list`;
    yield `/proc/irq/${irq}/effective_affinity_list`;
    yield `/proc/irq/${irq}/node`;
  }
}

/** The bridges between the function and the root complex: each PCI function lies below its bridge in sysfs. */
function* bridges(host: HostRoot, pci: string): Generator<string> {
  const parts = host.resolve(pci)?.split('/') ?? [];
  for (let up = 0; up < MOST_BRIDGES; up += 1) {
    parts.pop();
    const path = parts.join('/');
    if (!/^[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/.test(basename(path))) return;
    yield* BRIDGE_ATTRIBUTES.map((name) => `${path}/${name}`);
  }
}

function* expandAll(host: HostRoot, patterns: readonly string[]): Generator<string> {
  for (const pattern of patterns) yield* expand(host, pattern);
}

function* expand(host: HostRoot, pattern: string): Generator<string> {
  const star = pattern.indexOf('*');
  if (star < 0) return yield pattern;
  const directory = pattern.slice(0, star);
  for (const name of host.list(directory)) yield* expand(host, directory + name + pattern.slice(star + 1));
}
