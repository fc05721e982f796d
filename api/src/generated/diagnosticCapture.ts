// Generated from crds/ by `make generate`. Do not edit.
import type { ObjectMeta } from '@nicdiag/kube/objects';

/**
 * One collector. The field named as its type holds its options.
 */
export type Collector =
  | RegisterDump
  | CapabilityDump
  | LinkDiagnostics
  | FirmwareInfo
  | NvConfig
  | ObjectDump
  | ResourceDump
  | CoreDump
  | HostState
  | Health;

/**
 * DiagnosticCapture asks for diagnostics of the mlx5 NICs of some nodes, once. It ends by its deadline; a finished capture never runs again.
 */
export interface DiagnosticCapture {
  apiVersion: 'nicdiag.dev/v1alpha1';
  kind: 'DiagnosticCapture';
  metadata: ObjectMeta;
  spec: DiagnosticCaptureSpec;
  status?: DiagnosticCaptureStatus;
}
/**
 * What to collect, where, and for how long. Only cancel (one way) and retention may be changed after creation.
 */
export interface DiagnosticCaptureSpec {
  target: CaptureTarget;
  /**
   * What to collect from each device, in this order. 1 to 16, each with a name of its own.
   */
  collectors: Collector[];
  /**
   * The most that a collector may do to a device. ReadOnly changes nothing that others could notice; DebugWrite may do what disturbs a link for a moment or sets up debugging and puts it back; Intrusive may do what stalls firmware or disturbs the device, and needs the verb intrude on diagnosticcaptures in the whole cluster. Default `ReadOnly`.
   */
  impact: 'ReadOnly' | 'DebugWrite' | 'Intrusive';
  /**
   * Time from acceptance by which the capture ends, queue and upload included. A duration such as `90s` or `1h30m`, 1s to 24h. Default `10m`.
   */
  deadline: string;
  /**
   * Time from assignment by which one node ends, so that a dead node frees its slot. A duration, 1s to 24h. Default: 2m. The capture's deadline ends a node too.
   */
  nodeDeadline?: string;
  parallelism: CaptureParallelism;
  limits: CaptureLimits;
  retention: CaptureRetention;
  /**
   * Set to true to stop at the next command; what was collected is kept. Cannot be taken back. Default false.
   */
  cancel: boolean;
}
/**
 * The nodes, by exactly one of nodeNames and nodeSelector, and optionally a filter on their devices.
 */
export interface CaptureTarget {
  /**
   * Names of nodes, at most 1024; use nodeSelector for more. A name that does not exist is a failed node (NodeNotFound).
   *
   * Items: Name of one node.
   */
  nodeNames?: string[];
  nodeSelector?: NodeSelector;
  devices: DeviceFilter;
}
/**
 * Label selector over nodes, resolved once when the capture is accepted. It may not be empty.
 */
export interface NodeSelector {
  /**
   * Labels that a node must have, all of them.
   */
  matchLabels?: {
    /**
     * Value of the label.
     */
    [k: string]: string;
  };
  /**
   * Expressions that a node's labels must fulfil, all of them.
   */
  matchExpressions?: NodeSelectorExpression[];
}
/**
 * One expression.
 */
export interface NodeSelectorExpression {
  /**
   * Label key.
   */
  key: string;
  /**
   * How the label relates to values.
   */
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  /**
   * Values for In and NotIn.
   *
   * Items: One value.
   */
  values?: string[];
}
/**
 * Filter on the devices of each node; all fields that are given must match, a field that is absent or empty does not filter. The agent applies it to what is really on the node. Default: every PF.
 */
export interface DeviceFilter {
  /**
   * PCI addresses, lower case with domain, e.g. `0000:03:00.0`.
   *
   * Items: One PCI address.
   */
  pciAddresses?: string[];
  /**
   * Network interface names on the host, e.g. `ens1f0np0`.
   *
   * Items: One interface name.
   */
  interfaces?: string[];
  /**
   * RDMA device names on the host, e.g. `mlx5_0`.
   *
   * Items: One RDMA device name.
   */
  rdmaDevices?: string[];
  /**
   * Model names as `kubectl get nicdevices` shows them, e.g. `ConnectX-7`.
   *
   * Items: One model name.
   */
  models?: string[];
  /**
   * Board identifiers (PSID), e.g. `MT_0000000838`.
   *
   * Items: One PSID.
   */
  psids?: string[];
  /**
   * Kinds of PCI function to take. Default `[PF]`.
   *
   * Items: PF is a physical function, VF a virtual one.
   */
  functions: ('PF' | 'VF')[];
  /**
   * Take only devices whose link is in this state when the node starts the capture. Default `Any`.
   */
  linkState: 'Any' | 'Up' | 'Down';
}
export interface RegisterDump {
  /**
   * Name of this collector in results and bundles, unique in the capture. A lower-case DNS label, at most 32 characters.
   */
  name: string;
  type: 'RegisterDump';
  registerDump: RegisterDumpOptions;
}
/**
 * Options of a RegisterDump, which reads access registers (ACCESS_REG).
 */
export interface RegisterDumpOptions {
  /**
   * A prepared set. Standard holds identity, versions, ports, PHY, FEC, module, PCIe, temperature and buffers; All is every register the device says it has and that can be read without side effect.
   */
  set?: 'Standard' | 'All';
  /**
   * Registers by name or id, read in this order.
   */
  registers?: RegisterRequest[];
}
/**
 * One register.
 */
export interface RegisterRequest {
  /**
   * Register name as the hardware documentation has it, e.g. `PPCNT`.
   */
  name?: string;
  /**
   * Register id, hexadecimal, e.g. `0x5008`.
   */
  id?: number | string;
  /**
   * Bytes to read, 4 to 4096, of a register that nicdiag knows neither by name nor by id; they are kept raw. Nobody here knows what such a read does: needs id and impact Intrusive.
   */
  length?: number;
  /**
   * Values of index fields by field name, e.g. `{local_port: 1}`. A field that is left out is iterated where the register has a natural range (ports, their protocol, lanes, modules, sensors), else 0.
   */
  index?: {
    /**
     * Value, decimal or hexadecimal with 0x.
     */
    [k: string]: number | string;
  };
}
export interface CapabilityDump {
  /**
   * Name of this collector in results and bundles, unique in the capture. A lower-case DNS label, at most 32 characters.
   */
  name: string;
  type: 'CapabilityDump';
  capabilityDump: CapabilityDumpOptions;
}
/**
 * Options of a CapabilityDump, which reads HCA capability pages (QUERY_HCA_CAP).
 */
export interface CapabilityDumpOptions {
  /**
   * Values in force (Current), the most that firmware would grant (Maximum), or Both. Default `Current`.
   */
  mode: 'Current' | 'Maximum' | 'Both';
}
export interface LinkDiagnostics {
  /**
   * Name of this collector in results and bundles, unique in the capture. A lower-case DNS label, at most 32 characters.
   */
  name: string;
  type: 'LinkDiagnostics';
  linkDiagnostics?: LinkDiagnosticsOptions;
}
/**
 * Options of a LinkDiagnostics, which reads what tells why a link is down, slow or bad. May be left out.
 */
export interface LinkDiagnosticsOptions {
  /**
   * Also read eye openings or figures of merit (SLRG). On SerDes of 16 nm and older the read is a measurement that can disturb the link: needs impact DebugWrite. Default false.
   */
  eye: boolean;
}
export interface FirmwareInfo {
  /**
   * Name of this collector in results and bundles, unique in the capture. A lower-case DNS label, at most 32 characters.
   */
  name: string;
  type: 'FirmwareInfo';
}
export interface NvConfig {
  /**
   * Name of this collector in results and bundles, unique in the capture. A lower-case DNS label, at most 32 characters.
   */
  name: string;
  type: 'NvConfig';
  nvConfig?: NvConfigOptions;
}
/**
 * Options of an NvConfig, which reads the non-volatile configuration (MNVQC, MNVDA). May be left out.
 */
export interface NvConfigOptions {
  /**
   * Which values: in force (Current), from the next reset on (NextBoot), as delivered (Default). Default: all three.
   *
   * Items: One of the values.
   */
  values?: ('Current' | 'NextBoot' | 'Default')[];
  /**
   * Settings by the number of their type, class in the highest 8 bits, e.g. `"0x03000080"`, whether known to nicdiag or not. Default: every setting that nicdiag knows, of the card, its ports and its first function.
   *
   * Items: Type, 0x and 1 to 8 hexadecimal digits.
   */
  types?: string[];
}
export interface ObjectDump {
  /**
   * Name of this collector in results and bundles, unique in the capture. A lower-case DNS label, at most 32 characters.
   */
  name: string;
  type: 'ObjectDump';
  objectDump: ObjectDumpOptions;
}
/**
 * Options of an ObjectDump, which reads the contexts of firmware objects by their QUERY commands.
 */
export interface ObjectDumpOptions {
  /**
   * Which objects, read in this order.
   */
  objects: ObjectRequest[];
}
/**
 * Objects of one type.
 */
export interface ObjectRequest {
  /**
   * Name of the QUERY command without QUERY_, e.g. `QP`.
   */
  type:
    | 'QP'
    | 'CQ'
    | 'EQ'
    | 'MKEY'
    | 'SRQ'
    | 'XRC_SRQ'
    | 'SQ'
    | 'RQ'
    | 'RMP'
    | 'TIS'
    | 'TIR'
    | 'RQT'
    | 'DCT'
    | 'XRQ'
    | 'Q_COUNTER'
    | 'PAGES'
    | 'L2_TABLE_ENTRY'
    | 'ISSI'
    | 'ADAPTER'
    | 'SPECIAL_CONTEXTS'
    | 'MAD_DEMUX'
    | 'WOL_ROL'
    | 'LAG'
    | 'ESW_FUNCTIONS'
    | 'SF_PARTITION'
    | 'VNIC_ENV'
    | 'VPORT_STATE'
    | 'VPORT_COUNTER'
    | 'NIC_VPORT_CONTEXT'
    | 'ESW_VPORT_CONTEXT'
    | 'HCA_VPORT_CONTEXT'
    | 'HCA_VPORT_GID'
    | 'HCA_VPORT_PKEY'
    | 'ROCE_ADDRESS'
    | 'CONG_STATUS'
    | 'CONG_PARAMS'
    | 'CONG_STATISTICS'
    | 'SCHEDULING_ELEMENT'
    | 'FLOW_TABLE'
    | 'FLOW_GROUP'
    | 'FLOW_TABLE_ENTRY'
    | 'FLOW_COUNTER'
    | 'PACKET_REFORMAT_CONTEXT'
    | 'VHCA_MIGRATION_STATE';
  /**
   * Numbers, ranges such as `0x100-0x1ff`, several of them by commas; or `all`, which are those that a resource dump of the device reveals. Left out for what a function has once; own vport, first GID and the like where that is what is meant mostly.
   */
  ids?: number | string;
  /**
   * Further input fields of the command by name, e.g. `{table_type: 0x0, table_id: 5}` for FLOW_GROUP.
   */
  index?: {
    /**
     * Value, decimal or hexadecimal with 0x.
     */
    [k: string]: number | string;
  };
  /**
   * Objects of this request that are asked for at most, 1 to 65536. Default 4096.
   */
  limit: number;
}
export interface ResourceDump {
  /**
   * Name of this collector in results and bundles, unique in the capture. A lower-case DNS label, at most 32 characters.
   */
  name: string;
  type: 'ResourceDump';
  resourceDump: ResourceDumpOptions;
}
/**
 * Options of a ResourceDump, which reads segments of firmware's resources (RESOURCE_DUMP) and their menu.
 */
export interface ResourceDumpOptions {
  /**
   * Which segments, dumped in this order. Without any only the menu is read.
   */
  segments?: SegmentRequest[];
  /**
   * How the bytes come: 208 with each command (Inline), into registered memory (Memory, mlx5ctl only), or into memory where kernel and firmware grant it and else inline (Auto). Default `Auto`.
   */
  mode: 'Auto' | 'Inline' | 'Memory';
  /**
   * Reference segments that are followed at most, those that they bring included, 0 to 4096. Default 0.
   */
  followReferences: number;
  /**
   * Bytes after which one dump is left and the next begun. A quantity such as `64Mi`, 1Ki to 16Gi. Default `64Mi`.
   */
  maxBytesPerDump: string;
}
/**
 * One type of segment.
 */
export interface SegmentRequest {
  /**
   * Name as in the device's menu, e.g. `FULL_QPC`.
   */
  name?: string;
  /**
   * Number of the segment type, hexadecimal, e.g. `0x1000`.
   */
  id?: number | string;
  /**
   * First index, of what the menu says: numbers, ranges such as `0x100-0x1ff`, several of them by commas; `all` or `active` where the menu offers it. Required where the menu says so.
   */
  index?: number | string;
  /**
   * Second index, likewise; e.g. entries of a queue.
   */
  index2?: number | string;
}
export interface CoreDump {
  /**
   * Name of this collector in results and bundles, unique in the capture. A lower-case DNS label, at most 32 characters.
   */
  name: string;
  type: 'CoreDump';
  /**
   * Options of a CoreDump, which reads the memory of the card's processors (CORE_DUMP): seconds of firmware time in which management commands stall. Needs impact Intrusive, and mlx5ctl: fwctl lets no memory be registered. May be left out.
   */
  coreDump?: {
    /**
     * Memory writes the dump into memory of the agent. General and QueuePair make firmware print it into its tracer, which no collector reads yet: the result is Unsupported and says what to run on the host. Default `Memory`.
     */
    type: 'Memory' | 'General' | 'QueuePair';
  };
}
export interface HostState {
  /**
   * Name of this collector in results and bundles, unique in the capture. A lower-case DNS label, at most 32 characters.
   */
  name: string;
  type: 'HostState';
}
export interface Health {
  /**
   * Name of this collector in results and bundles, unique in the capture. A lower-case DNS label, at most 32 characters.
   */
  name: string;
  type: 'Health';
  health?: HealthOptions;
}
/**
 * Options of a Health, which reads whether a card is well: temperatures, PCIe errors, modules, and the health reporters that its driver gives to devlink. May be left out.
 */
export interface HealthOptions {
  /**
   * Also take the dumps of the health reporters. Firmware may dump itself for it, which stalls management commands for seconds, and the kernel keeps the dump: needs impact Intrusive. Default false.
   */
  dump: boolean;
}
/**
 * How much runs at once.
 */
export interface CaptureParallelism {
  /**
   * Nodes that run at once, 1 to 5000. Default 32.
   */
  maxNodes: number;
}
/**
 * Bounds on what is collected, in bytes before compression.
 */
export interface CaptureLimits {
  /**
   * Bytes after which a device's collectors end with LimitExceeded; what was collected is kept. A quantity such as `256Mi`, 1Ki to 1Ti. Default `256Mi`.
   */
  maxBytesPerDevice: string;
  /**
   * Bytes after which the artifact server takes no more of this capture. A quantity, 1Ki to 100Ti. Default `20Gi`.
   */
  maxBytesTotal: string;
}
/**
 * How long the finished capture and its artifacts stay. May be changed at any time.
 */
export interface CaptureRetention {
  /**
   * Time from finishedAt to deletion. A duration, 1s to 87600h. Default `168h`.
   */
  ttlAfterFinished: string;
  /**
   * Keep the capture whatever ttlAfterFinished says. Default false.
   */
  hold: boolean;
}
/**
 * Where the capture stands, written by the operator.
 */
export interface DiagnosticCaptureStatus {
  /**
   * metadata.generation that this status belongs to.
   */
  observedGeneration?: number;
  /**
   * Nodes ended and targeted, e.g. `37/40`.
   */
  progress?: string;
  counts?: NodeCounts;
  /**
   * When the operator accepted the capture; deadline counts from here.
   */
  startedAt?: string;
  /**
   * When the last node ended; does not wait for Sealed. ttlAfterFinished counts from here.
   */
  finishedAt?: string;
  /**
   * Bytes collected, before compression.
   */
  totalBytes?: number;
  /**
   * Bytes collected, after compression, before blobs are shared.
   */
  storedBytes?: number;
  /**
   * The worst of what went wrong, at most 20. The rest is in the NodeCaptures.
   */
  failures?: CaptureFailure[];
  manifest?: ManifestReference;
  /**
   * Accepted, Finished, Succeeded, Sealed, and for kstatus Ready, Reconciling, Stalled.
   */
  conditions?: Condition[];
}
/**
 * Nodes by state. The states add up to targeted.
 */
export interface NodeCounts {
  /**
   * Nodes that the target resolved to.
   */
  targeted: number;
  /**
   * Nodes whose turn has not come (parallelism.maxNodes).
   */
  pending: number;
  /**
   * Nodes given out that have not begun.
   */
  queued: number;
  /**
   * Nodes at work.
   */
  running: number;
  /**
   * Nodes that did everything, devices that do not support it aside.
   */
  succeeded: number;
  /**
   * Nodes that did some of it.
   */
  partial: number;
  /**
   * Nodes that did nothing.
   */
  failed: number;
  /**
   * Nodes none of whose devices supports any of the collectors. A node where some of it is supported counts as succeeded, and the reason is WithUnsupported.
   */
  unsupported: number;
  /**
   * Nodes that were cancelled before their end.
   */
  cancelled: number;
}
/**
 * One failure.
 */
export interface CaptureFailure {
  /**
   * Name of the node.
   */
  node: string;
  /**
   * PCI address of the device; absent when the whole node failed.
   */
  device?: string;
  /**
   * Name of the collector; absent when the whole device failed.
   */
  collector?: string;
  /**
   * See docs/reasons.md.
   */
  reason: string;
  /**
   * What was tried, and what to do.
   */
  message?: string;
}
/**
 * The sealed manifest of the capture; the newest, when evidence came after the seal.
 */
export interface ManifestReference {
  /**
   * Digest of the manifest's bytes.
   */
  digest: string;
  /**
   * Size of the manifest in bytes.
   */
  sizeBytes: number;
}
/**
 * One condition, as metav1.Condition.
 */
export interface Condition {
  /**
   * Name of the condition.
   */
  type: string;
  /**
   * Whether it holds.
   */
  status: 'True' | 'False' | 'Unknown';
  /**
   * metadata.generation that the condition belongs to.
   */
  observedGeneration?: number;
  /**
   * See docs/reasons.md.
   */
  reason: string;
  /**
   * A sentence for a person.
   */
  message: string;
  /**
   * When status last changed.
   */
  lastTransitionTime: string;
}
