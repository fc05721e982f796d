// Generated from api/reasons.yaml by `make generate`. Do not edit.

/** Every reason that nicdiag gives, by itself: `Reason.NoNodeMatches`. See docs/reasons.md. */
export const Reason = {
  /** The operator has taken the capture on and resolved its target to nodes. */
  Accepted: 'Accepted',
  /** The node's agent was there when the work was given to it and has not been Ready since, until the node's deadline. */
  AgentLost: 'AgentLost',
  /** No Ready agent Pod runs on the node. */
  AgentMissing: 'AgentMissing',
  /** The node's agent does not have one of the collectors. */
  AgentTooOld: 'AgentTooOld',
  /** No node did anything, for more than one reason. */
  AllFailed: 'AllFailed',
  /** Every collector ran to its end on every device asked for. */
  AllSucceeded: 'AllSucceeded',
  /** Somebody set `spec.cancel`; what had been collected by then is kept. */
  Cancelled: 'Cancelled',
  /** A collector could not go on. Commands were lost on their way, an answer made no sense or broke off, or the error is its own. */
  CollectorError: 'CollectorError',
  /** The capture's deadline passed before this was done. */
  DeadlineExceeded: 'DeadlineExceeded',
  /** The device left while it was in use (errno ENODEV) and did not come back. */
  DeviceGone: 'DeviceGone',
  /** A command did not come back within its limit; the agent has given the lane up. */
  DeviceHung: 'DeviceHung',
  /** The function has a debug channel, but firmware does not let this host use it for what the collectors need. */
  DeviceUnsupported: 'DeviceUnsupported',
  /** Nothing was collected; the message and the parts below say why. */
  Failed: 'Failed',
  /** Every node has ended. */
  Finished: 'Finished',
  /** Firmware answered the agent's questions. */
  FirmwareAnswers: 'FirmwareAnswers',
  /** No firmware runs on the card. It is in flash recovery, with a PCI device id of its own that no driver takes, because its image is broken or a burn was cut off. */
  FirmwareInRecovery: 'FirmwareInRecovery',
  /** The spec asks for something that does not exist, such as a register or an index field that is not in the register database. */
  InvalidSpec: 'InvalidSpec',
  /** Some reads were refused by firmware or did not reach it; all others are there. */
  ItemErrors: 'ItemErrors',
  /** The limit of bytes was reached; what had been collected by then is kept. */
  LimitExceeded: 'LimitExceeded',
  /** The device works, but no port of it is up. */
  LinkDown: 'LinkDown',
  /** A cable or optical module is plugged in and in error. */
  ModuleError: 'ModuleError',
  /** The node has the card, but no debug channel to it. */
  NoDebugChannel: 'NoDebugChannel',
  /** No device of the node passes the device filter and can be asked. */
  NoDeviceMatches: 'NoDeviceMatches',
  /** The node selector selects no node. */
  NoNodeMatches: 'NoNodeMatches',
  /** The node's own deadline passed before it was done. */
  NodeDeadlineExceeded: 'NodeDeadlineExceeded',
  /** The Node object was deleted while the capture ran. */
  NodeDeleted: 'NodeDeleted',
  /** A node, a device or a collector did not do what was asked; the note names those that were new since the last such event. */
  NodeFailed: 'NodeFailed',
  /** No Node has that name. */
  NodeNotFound: 'NodeNotFound',
  /** The agent found the device but has not spoken to its firmware yet. */
  NotAsked: 'NotAsked',
  /** The device's debug channel could not be opened. */
  OpenFailed: 'OpenFailed',
  /** The ASIC is hotter than the threshold at which firmware warns. */
  Overheated: 'Overheated',
  /** Some of what was asked for is there, some is not. */
  Partial: 'Partial',
  /** The PCI Express link uses fewer lanes than are enabled. */
  PcieNarrow: 'PcieNarrow',
  /** Nodes wait for their turn under `parallelism.maxNodes`. */
  Pending: 'Pending',
  /** Given out, not begun; an earlier capture is at work on the node. */
  Queued: 'Queued',
  /** At work. */
  Running: 'Running',
  /** The artifact server could not seal the capture; it is tried again. */
  SealFailed: 'SealFailed',
  /** The artifacts are complete and their manifest has a digest, `status.manifest.digest`. */
  Sealed: 'Sealed',
  /** Every node has ended; the artifact server is making the manifest. */
  Sealing: 'Sealing',
  /** The agent's spool on the node has no room. */
  SpoolFull: 'SpoolFull',
  /** Everything asked for is there. */
  Succeeded: 'Succeeded',
  /** The device, its firmware or its channel cannot do what the collector needs. */
  Unsupported: 'Unsupported',
  /** What was collected could not be given to the artifact server in time; it is still in the node's spool. */
  UploadFailed: 'UploadFailed',
  /** Everything that is possible is there; some devices do not support what was asked for. */
  WithUnsupported: 'WithUnsupported',
} as const;

export type Reason = (typeof Reason)[keyof typeof Reason];

/** Reasons that appear in: DiagnosticCapture condition. */
export type CaptureReason =
  | 'Accepted'
  | 'AgentLost'
  | 'AgentMissing'
  | 'AgentTooOld'
  | 'AllFailed'
  | 'AllSucceeded'
  | 'Cancelled'
  | 'CollectorError'
  | 'DeadlineExceeded'
  | 'DeviceGone'
  | 'DeviceHung'
  | 'DeviceUnsupported'
  | 'Failed'
  | 'Finished'
  | 'InvalidSpec'
  | 'ItemErrors'
  | 'LimitExceeded'
  | 'NoDeviceMatches'
  | 'NoNodeMatches'
  | 'NodeDeadlineExceeded'
  | 'NodeDeleted'
  | 'NodeNotFound'
  | 'OpenFailed'
  | 'Partial'
  | 'Pending'
  | 'Queued'
  | 'Running'
  | 'SealFailed'
  | 'Sealed'
  | 'Sealing'
  | 'SpoolFull'
  | 'Succeeded'
  | 'Unsupported'
  | 'UploadFailed'
  | 'WithUnsupported';

/** Reasons that appear in: NodeCapture status, failures[] of the capture. */
export type NodeReason =
  | 'AgentLost'
  | 'AgentMissing'
  | 'AgentTooOld'
  | 'Cancelled'
  | 'CollectorError'
  | 'DeadlineExceeded'
  | 'DeviceGone'
  | 'DeviceHung'
  | 'DeviceUnsupported'
  | 'Failed'
  | 'InvalidSpec'
  | 'ItemErrors'
  | 'LimitExceeded'
  | 'NoDeviceMatches'
  | 'NodeDeadlineExceeded'
  | 'NodeDeleted'
  | 'NodeNotFound'
  | 'OpenFailed'
  | 'Partial'
  | 'Queued'
  | 'Running'
  | 'SpoolFull'
  | 'Succeeded'
  | 'Unsupported'
  | 'UploadFailed'
  | 'WithUnsupported';

/** Reasons that appear in: devices[] of a NodeCapture, failures[] of the capture. */
export type DeviceReason =
  | 'Cancelled'
  | 'CollectorError'
  | 'DeadlineExceeded'
  | 'DeviceGone'
  | 'DeviceHung'
  | 'DeviceUnsupported'
  | 'Failed'
  | 'InvalidSpec'
  | 'ItemErrors'
  | 'LimitExceeded'
  | 'NodeDeadlineExceeded'
  | 'OpenFailed'
  | 'Partial'
  | 'Queued'
  | 'Running'
  | 'SpoolFull'
  | 'Succeeded'
  | 'Unsupported'
  | 'UploadFailed';

/** Reasons that appear in: collectors[] of a device in a NodeCapture, failures[] of the capture. */
export type CollectorReason =
  | 'Cancelled'
  | 'CollectorError'
  | 'DeadlineExceeded'
  | 'DeviceGone'
  | 'DeviceHung'
  | 'Failed'
  | 'InvalidSpec'
  | 'ItemErrors'
  | 'LimitExceeded'
  | 'NodeDeadlineExceeded'
  | 'OpenFailed'
  | 'SpoolFull'
  | 'Unsupported'
  | 'UploadFailed';

/** Reasons that appear in: NicDevice condition. */
export type NicdeviceReason =
  | 'DeviceGone'
  | 'DeviceHung'
  | 'DeviceUnsupported'
  | 'FirmwareAnswers'
  | 'FirmwareInRecovery'
  | 'LinkDown'
  | 'ModuleError'
  | 'NoDebugChannel'
  | 'NotAsked'
  | 'OpenFailed'
  | 'Overheated'
  | 'PcieNarrow';

/** Reasons that appear in: Event on the DiagnosticCapture. */
export type EventReason =
  | 'Accepted'
  | 'AllFailed'
  | 'AllSucceeded'
  | 'Cancelled'
  | 'DeadlineExceeded'
  | 'NoNodeMatches'
  | 'NodeFailed'
  | 'Partial'
  | 'SealFailed'
  | 'WithUnsupported';
