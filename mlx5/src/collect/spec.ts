/** What a capture asks of one collector. The same shape as `spec.collectors[]` of a DiagnosticCapture,
 * kept here so that the library stands without Kubernetes. */
export type CollectorSpec =
  | RegisterDumpSpec
  | CapabilityDumpSpec
  | LinkDiagnosticsSpec
  | FirmwareInfoSpec
  | NvConfigSpec;

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
  readonly id?: string;
  /** Index field name to value, decimal or 0x-prefixed text; a field left out is iterated where the register has
   * a natural range (ports, lanes, modules, sensors), else 0. */
  readonly index?: Readonly<Record<string, string>>;
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

/** Values in force, from the next reset on, as delivered. */
export type NvValues = 'Current' | 'NextBoot' | 'Default';

/** How much a collector may do to a device (design: do no harm). */
export type Impact = 'ReadOnly' | 'DebugWrite' | 'Intrusive';
