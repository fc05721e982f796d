// Generated from api/reasons.yaml by `make generate`. Do not edit.
import type { Reason } from './reasons.ts';

/** What a reason means, and what to look at or do. */
export interface ReasonText {
  readonly means: string;
  readonly check: string;
}

export const REASON_TEXTS: Readonly<Record<Reason, ReasonText>> = {
  Accepted: {
    means: "The operator has taken the capture on and resolved its target to nodes.",
    check: "Nothing; the deadline counts from here.",
  },
  AgentLost: {
    means: "The node's agent was there when the work was given to it and has not been Ready since, until the node's deadline.",
    check: "The agent's Pod on that node (`kubectl -n nicdiag-agent get pods -o wide`) and the node itself. What the agent had collected is still uploaded when it comes back while the capture exists.",
  },
  AgentMissing: {
    means: "No Ready agent Pod runs on the node.",
    check: "Whether the DaemonSet's nodeSelector and tolerations let an agent run there, and why its Pod is not Ready (`kubectl -n nicdiag-agent describe pod`).",
  },
  AgentTooOld: {
    means: "The node's agent does not have one of the collectors.",
    check: "`kubectl get nicnode NODE -o wide` for the agent's version and collectors; finish the roll-out of the DaemonSet.",
  },
  AllFailed: {
    means: "No node did anything, for more than one reason.",
    check: "`status.failures` and `kubectl get ncap -l nicdiag.dev/capture=NAME` for the reason of each node.",
  },
  AllSucceeded: {
    means: "Every collector ran to its end on every device asked for.",
    check: "Nothing.",
  },
  Cancelled: {
    means: "Somebody set `spec.cancel`; what had been collected by then is kept.",
    check: "Who changed the capture, in its managedFields or the audit log.",
  },
  CollectorError: {
    means: "A collector could not go on. Commands were lost on their way, an answer made no sense or broke off, or the error is its own.",
    check: "The message. Where it names an errno or a status, the kernel's log of that node; else the agent's log with the capture's name, and report the defect.",
  },
  DeadlineExceeded: {
    means: "The capture's deadline passed before this was done.",
    check: "Nodes that waited (`status.counts.pending`), devices that answer slowly. Ask again with a longer `deadline` or a larger `parallelism.maxNodes`.",
  },
  DeviceGone: {
    means: "The device left while it was in use (errno ENODEV) and did not come back.",
    check: "The kernel's log of that node for a PCI error, a reset or a driver that was unloaded.",
  },
  DeviceHung: {
    means: "A command did not come back within its limit; the agent has given the lane up.",
    check: "The kernel's log for `mlx5_core` command timeouts, and the device's health. Other devices of the node are served meanwhile.",
  },
  DeviceUnsupported: {
    means: "The function has a debug channel, but firmware does not let this host use it for what the collectors need.",
    check: "Whether the host is restricted (a BlueField in DPU mode with a limited host), or the function is a VF without the capability.",
  },
  Failed: {
    means: "Nothing was collected; the message and the parts below say why.",
    check: "The message, then the reasons of the nodes, devices and collectors below.",
  },
  Finished: {
    means: "Every node has ended.",
    check: "The condition Succeeded says how.",
  },
  FirmwareAnswers: {
    means: "Firmware answered the agent's questions.",
    check: "Nothing.",
  },
  FirmwareInRecovery: {
    means: "No firmware runs on the card. It is in flash recovery, with a PCI device id of its own that no driver takes, because its image is broken or a burn was cut off.",
    check: "Burn an image with mstflint through the PCI address of the message, then power-cycle the node. If it comes back like this, replace the card.",
  },
  InvalidSpec: {
    means: "The spec asks for something that does not exist, such as a register or an index field that is not in the register database.",
    check: "The message names it; registers and fields have the names of the hardware documentation.",
  },
  ItemErrors: {
    means: "Some reads were refused by firmware or did not reach it; all others are there.",
    check: "The message names the first; `kubectl nicdiag decode BUNDLE --failed` shows all, each with status and syndrome or errno.",
  },
  LimitExceeded: {
    means: "The limit of bytes was reached; what had been collected by then is kept.",
    check: "`spec.limits`; ask again with a larger one or for less.",
  },
  LinkDown: {
    means: "The device works, but no port of it is up.",
    check: "Cable, module, peer; a RegisterDump has port, PHY and module registers.",
  },
  ModuleError: {
    means: "A cable or optical module is plugged in and in error.",
    check: "The module's registers in a RegisterDump (PMAOS, PDDR, MCIA); reseat or replace it.",
  },
  NoDebugChannel: {
    means: "The node has the card, but no debug channel to it.",
    check: "The message. Without a driver: the kernel's log for why mlx5_core gave up, or who else has the card (vfio-pci). With it: load `mlx5_fwctl` or `mlx5ctl`, and `UCTX_EN` of the card's configuration.",
  },
  NoDeviceMatches: {
    means: "No device of the node passes the device filter and can be asked.",
    check: "`kubectl get nicdevices -o wide` against `spec.target.devices`; VFs need `functions: [PF, VF]`. A card that does not tell its PSID passes no `psids`. The message names cards that the filter may mean but that do not answer: in flash recovery, without a debug channel, or without a PSID that they tell.",
  },
  NoNodeMatches: {
    means: "The node selector selects no node.",
    check: "`kubectl get nodes -l …` with the same selector.",
  },
  NodeDeadlineExceeded: {
    means: "The node's own deadline passed before it was done.",
    check: "`spec.nodeDeadline`, and whether the node's agent and devices answer.",
  },
  NodeDeleted: {
    means: "The Node object was deleted while the capture ran.",
    check: "Whether the node was meant to go.",
  },
  NodeFailed: {
    means: "A node, a device or a collector did not do what was asked; the note names those that were new since the last such event.",
    check: "`status.failures`, with their reasons and messages.",
  },
  NodeNotFound: {
    means: "No Node has that name.",
    check: "`kubectl get nodes`; `spec.target.nodeNames` takes Node names, not addresses.",
  },
  NotAsked: {
    means: "The agent found the device but has not spoken to its firmware yet.",
    check: "Apply a capture that selects the device.",
  },
  OpenFailed: {
    means: "The device's debug channel could not be opened.",
    check: "The errno in the message; for EACCES or EPERM the agent's privileges, for ENOENT or ENODEV the driver.",
  },
  Overheated: {
    means: "The ASIC is hotter than the threshold at which firmware warns.",
    check: "Air flow of the host and the module; MTMP in a RegisterDump.",
  },
  Partial: {
    means: "Some of what was asked for is there, some is not.",
    check: "The reasons of the parts below.",
  },
  PcieNarrow: {
    means: "The PCI Express link uses fewer lanes than are enabled.",
    check: "Seating of the card, riser and slot; MPEIN in a RegisterDump, `lspci -vv`.",
  },
  Pending: {
    means: "Nodes wait for their turn under `parallelism.maxNodes`.",
    check: "Nothing.",
  },
  Queued: {
    means: "Given out, not begun; an earlier capture is at work on the node.",
    check: "Other NodeCaptures of the node, `kubectl get ncap -A --field-selector spec.nodeName=NODE`.",
  },
  Running: {
    means: "At work.",
    check: "Nothing.",
  },
  SealFailed: {
    means: "The artifact server could not seal the capture; it is tried again.",
    check: "The artifact server's log, and the free space of its store. What was uploaded can be downloaded meanwhile.",
  },
  Sealed: {
    means: "The artifacts are complete and their manifest has a digest, `status.manifest.digest`.",
    check: "Nothing.",
  },
  Sealing: {
    means: "Every node has ended; the artifact server is making the manifest.",
    check: "Nothing.",
  },
  SpoolFull: {
    means: "The agent's spool on the node has no room.",
    check: "The free space of the agent's state directory, and whether the artifact server takes uploads.",
  },
  Succeeded: {
    means: "Everything asked for is there.",
    check: "Nothing.",
  },
  Unsupported: {
    means: "The device, its firmware or its channel cannot do what the collector needs.",
    check: "The message names what is missing.",
  },
  UploadFailed: {
    means: "What was collected could not be given to the artifact server in time; it is still in the node's spool.",
    check: "The artifact server and the way to it from the node. Evidence that arrives late is still accepted while the capture exists.",
  },
  WithUnsupported: {
    means: "Everything that is possible is there; some devices do not support what was asked for.",
    check: "The devices with state Unsupported, if they were meant to be part of it.",
  },
};
