import { nodeLabelValue } from './names.ts';

/** Labels of NodeCaptures. */
export const LABELS = {
  /** UID of the DiagnosticCapture: children are listed and deleted by it. */
  captureUid: 'nicdiag.dev/capture-uid',
  /** Name of the DiagnosticCapture, for people: `kubectl get ncap -l nicdiag.dev/capture=NAME`. */
  capture: 'nicdiag.dev/capture',
  /** Name of the node as {@link nodeLabelValue} gives it. */
  node: 'nicdiag.dev/node',
} as const;

/** Label that both the chart's Pods and their selectors carry. */
export const APP_LABEL = 'app.kubernetes.io/name';

/** Labels of the NodeCapture of one capture and node. */
export function nodeCaptureLabels(capture: { name: string; uid: string }, node: string): Record<string, string> {
  return { [LABELS.captureUid]: capture.uid, [LABELS.capture]: capture.name, [LABELS.node]: nodeLabelValue(node) };
}
