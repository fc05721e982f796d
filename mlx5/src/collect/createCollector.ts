import { createCapabilityDump } from './capabilityDump.ts';
import type { Collector } from './collector.ts';
import { createCoreDump } from './coreDump.ts';
import { createFirmwareInfo } from './firmwareInfo.ts';
import { createHealth } from './health/health.ts';
import { createHostState } from './hostState/hostState.ts';
import { createLinkDiagnostics } from './linkDiagnostics.ts';
import { createNvConfig } from './nvConfig.ts';
import { createObjectDump } from './objectDump/objectDump.ts';
import { createRegisterDump } from './registerDump.ts';
import { createResourceDump } from './resourceDump/resourceDump.ts';
import type { CollectorSpec } from './spec.ts';

type CollectorType = CollectorSpec['type'];
type CollectorFactories = {
  readonly [T in CollectorType]: (spec: Extract<CollectorSpec, { readonly type: T }>) => Collector;
};

/** Every collector of this version. */
const FACTORIES: CollectorFactories = {
  RegisterDump: createRegisterDump,
  CapabilityDump: createCapabilityDump,
  LinkDiagnostics: createLinkDiagnostics,
  FirmwareInfo: createFirmwareInfo,
  NvConfig: createNvConfig,
  ObjectDump: createObjectDump,
  ResourceDump: createResourceDump,
  CoreDump: createCoreDump,
  HostState: createHostState,
  Health: createHealth,
};

/** The collector for what a capture asks for. */
export function createCollector<T extends CollectorType>(
  spec: Extract<CollectorSpec, { readonly type: T }>,
): Collector {
  const create: (spec: Extract<CollectorSpec, { readonly type: T }>) => Collector = FACTORIES[spec.type];
  return create(spec);
}
