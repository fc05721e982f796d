export type { ObjectMeta, OwnerReference } from '@nicdiag/kube/objects';
export * from './constants.ts';
export * from './generated/index.ts';
export * from './generated/reasons.ts';
export * from './generated/resources.ts';
export * from './labels.ts';
export * from './names.ts';
export * from './states.ts';
