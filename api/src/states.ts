import type { DeviceResult, NodeCaptureStatus } from './generated/nodeCapture.ts';

/** State of a NodeCapture. */
export type NodeCaptureState = NonNullable<NodeCaptureStatus['state']>;
/** State of one device in a NodeCapture. */
export type DeviceState = DeviceResult['state'];

/** States that never change; the CRD's root rule has the same list. */
export const NODE_CAPTURE_TERMINAL_STATES = [
  'Succeeded',
  'Partial',
  'Failed',
  'Unsupported',
  'Cancelled',
] as const satisfies readonly NodeCaptureState[];

/** A state of {@link NODE_CAPTURE_TERMINAL_STATES}. */
export type TerminalState = (typeof NODE_CAPTURE_TERMINAL_STATES)[number];

/** Whether a NodeCapture or a device in this state has ended. A NodeCapture without a state has not. */
export function isTerminalState(state: NodeCaptureState | undefined): state is TerminalState {
  return NODE_CAPTURE_TERMINAL_STATES.some((terminal) => terminal === state);
}

/** Conditions of a DiagnosticCapture. Ready, Reconciling and Stalled are for kstatus. */
export const CAPTURE_CONDITIONS = [
  'Accepted',
  'Finished',
  'Succeeded',
  'Sealed',
  'Ready',
  'Reconciling',
  'Stalled',
] as const;

export type CaptureCondition = (typeof CAPTURE_CONDITIONS)[number];
