// Generated from crds/ by `make generate`. Do not edit.
export type * from './artifactTicket.ts';
export type * from './diagnosticCapture.ts';
export type * from './nicDevice.ts';
export type * from './nicNode.ts';
export type * from './nodeCapture.ts';
