/** What a capture asks of one collector. The same shape as `spec.collectors[]` of a DiagnosticCapture,
 * kept here so that the library stands without Kubernetes. */
export type CollectorSpec = RegisterDumpSpec | CapabilityDumpSpec | LinkDiagnosticsSpec;

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

/** How much a collector may do to a device (design: do no harm). */
export type Impact = 'ReadOnly' | 'DebugWrite' | 'Intrusive';
