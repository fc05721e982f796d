import { discoverDevices } from '@nicdiag/mlx5';
import { allCapabilityTypes, allObjectTypes, allRegisters, allSegmentTypes } from '@nicdiag/mlx5/prm';
import type { Candidate } from './candidate.ts';
import type { Asked } from './sources.ts';

/** As they are typed: upper or lower case. */
function named(names: Iterable<string>, { typed }: Asked): Candidate[] {
  const lower = typed !== '' && typed === typed.toLowerCase();
  return [...new Set(names)]
    .filter((name) => !name.startsWith('RESERVED'))
    .sort()
    .map((name) => ({ value: lower ? name.toLowerCase() : name }));
}

export function registerNames(asked: Asked): readonly Candidate[] {
  return named(
    allRegisters().map(({ name }) => name),
    asked,
  );
}

export function capabilityNames(asked: Asked): readonly Candidate[] {
  return named(
    allCapabilityTypes().map(({ name }) => name),
    asked,
  );
}

export function objectTypes(asked: Asked): readonly Candidate[] {
  return named(allObjectTypes().keys(), asked);
}

export function segmentNames(asked: Asked): readonly Candidate[] {
  return named(
    allSegmentTypes().map(({ name }) => name),
    asked,
  );
}

export function hostDevices({ given }: Asked): readonly Candidate[] {
  return discoverDevices({ hostRoot: given['hostRoot'] ?? '/' }).flatMap(
    ({ pciAddress, model, netdevs, rdmaDevices }) =>
      [pciAddress, ...netdevs, ...rdmaDevices].map((value) => ({ value, description: model })),
  );
}
