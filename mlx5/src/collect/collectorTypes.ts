import type { CollectorSpec } from './spec.ts';

type CollectorType = CollectorSpec['type'];

/** Apart from the collectors themselves: what only names them need not load them. */
const TYPES: Readonly<Record<CollectorType, true>> = {
  RegisterDump: true,
  CapabilityDump: true,
  LinkDiagnostics: true,
  FirmwareInfo: true,
  NvConfig: true,
  ObjectDump: true,
  ResourceDump: true,
  CoreDump: true,
  HostState: true,
  Health: true,
};

/** Collector types that this version has. */
export const COLLECTOR_TYPES: readonly CollectorType[] = Object.keys(TYPES).filter((type): type is CollectorType =>
  Object.hasOwn(TYPES, type),
);
