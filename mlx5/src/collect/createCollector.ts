import { createCapabilityDump } from './capabilityDump.ts';
import type { Collector } from './collector.ts';
import { createRegisterDump } from './registerDump.ts';
import type { CollectorSpec } from './spec.ts';

/** The collector for what a capture asks for. */
export function createCollector(spec: CollectorSpec): Collector {
  return spec.type === 'RegisterDump' ? createRegisterDump(spec) : createCapabilityDump(spec);
}

/** Collector types that this version has. */
export const COLLECTOR_TYPES: readonly CollectorSpec['type'][] = ['RegisterDump', 'CapabilityDump'];
