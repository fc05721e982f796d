/** What a capture asks of one collector. The same shape as `spec.collectors[]` of a DiagnosticCapture,
 * kept here so that the library stands without Kubernetes. */
export type CollectorSpec =
  | RegisterDumpSpec
  | CapabilityDumpSpec
  | LinkDiagnosticsSpec
  | FirmwareInfoSpec
  | NvConfigSpec
  | ObjectDumpSpec
  | ResourceDumpSpec
  | CoreDumpSpec
  | HostStateSpec
  | HealthSpec;

/** A number as YAML has it without quotes, or as text, decimal or 0x-prefixed: both mean the same. */
export type NumberOrText = number | string;

export interface RegisterDumpSpec {
  readonly name: string;
  readonly type: 'RegisterDump';
  /** Exactly one of `set`, `registers`. */
  readonly registerDump: {
    readonly set?: 'Standard' | 'All';
    readonly registers?: readonly RegisterRequest[];
  };
}

export interface RegisterRequest {
  /** Exactly one of `name` (as in the register database, e.g. `PPCNT`) and `id` (`0x5008`). */
  readonly name?: string;
  readonly id?: NumberOrText;
  /** Bytes to read of a register that is known neither by name nor by `id`: a multiple of 4 up to 4096, impact
   * Intrusive. */
  readonly length?: number;
  /** Index field name to value; a field left out is iterated where the register has a natural range (ports, lanes,
   * modules, sensors), else 0. */
  readonly index?: Readonly<Record<string, NumberOrText>>;
}

export interface CapabilityDumpSpec {
  readonly name: string;
  readonly type: 'CapabilityDump';
  readonly capabilityDump: { readonly mode?: 'Current' | 'Maximum' | 'Both' };
}

export interface LinkDiagnosticsSpec {
  readonly name: string;
  readonly type: 'LinkDiagnostics';
  readonly linkDiagnostics?: {
    /** Eye openings or figures of merit too: impact DebugWrite. Default false. */
    readonly eye?: boolean;
  };
}

export interface ObjectDumpSpec {
  readonly name: string;
  readonly type: 'ObjectDump';
  readonly objectDump: { readonly objects: readonly ObjectRequest[] };
}

export interface ObjectRequest {
  /** The QUERY command's name without QUERY_, e.g. `QP`. */
  readonly type: string;
  /** Numbers, ranges (`0x100-0x1ff`), several by commas; or `all` that a resource dump reveals. May be left out for
   * what a function has once. */
  readonly ids?: NumberOrText;
  /** Further input fields of the command by name. */
  readonly index?: Readonly<Record<string, NumberOrText>>;
  /** Objects that are asked for at most. Default 4096. */
  readonly limit?: number;
}

export interface ResourceDumpSpec {
  readonly name: string;
  readonly type: 'ResourceDump';
  readonly resourceDump: {
    /** Without any only the menu is read. */
    readonly segments?: readonly SegmentRequest[];
    /** How the bytes come: 208 with each command (`Inline`), into registered memory (`Memory`), or into memory where kernel
     * and firmware grant it and else inline. Default `Auto`. */
    readonly mode?: 'Auto' | 'Inline' | 'Memory';
    /** Reference segments to follow, those that they bring included. Default 0. */
    readonly followReferences?: number;
    /** Bytes after which one dump is left, a quantity such as `64Mi`. Default `64Mi`. */
    readonly maxBytesPerDump?: string;
  };
}

export interface SegmentRequest {
  /** Exactly one of `name` (as in the device's menu, e.g. `FULL_QPC`) and `id` (`0x1000`). */
  readonly name?: string;
  readonly id?: NumberOrText;
  /** First index: numbers, ranges, several by commas; `all` or `active` where the menu offers it. */
  readonly index?: NumberOrText;
  /** Second index, likewise. */
  readonly index2?: NumberOrText;
}

export interface FirmwareInfoSpec {
  readonly name: string;
  readonly type: 'FirmwareInfo';
}

export interface NvConfigSpec {
  readonly name: string;
  readonly type: 'NvConfig';
  readonly nvConfig?: {
    /** Default: all three. */
    readonly values?: readonly NvValues[];
    /** Types of configuration items, `0x03000080`; default: all that have a name. */
    readonly types?: readonly string[];
  };
}

export interface CoreDumpSpec {
  readonly name: string;
  readonly type: 'CoreDump';
  readonly coreDump?: {
    /** Of memory, or what firmware prints into its tracer: everything, or a queue pair. Default `Memory`. */
    readonly type?: 'Memory' | 'General' | 'QueuePair';
  };
}

/** It has no options. */
export interface HostStateSpec {
  readonly name: string;
  readonly type: 'HostState';
}

/** Whether a card is well. */
export interface HealthSpec {
  readonly name: string;
  readonly type: 'Health';
  readonly health?: {
    /** Also the dumps of devlink's reporters, for which firmware dumps itself: impact Intrusive. Default false. */
    readonly dump?: boolean;
  };
}

/** Values in force, from the next reset on, as delivered. */
export type NvValues = 'Current' | 'NextBoot' | 'Default';

/** How much a collector may do to a device (design: do no harm). */
export type Impact = 'ReadOnly' | 'DebugWrite' | 'Intrusive';
