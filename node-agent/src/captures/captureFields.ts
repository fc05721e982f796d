import type { CaptureRecord } from '../journal/captureRecord.ts';

/** Fields of a log line about a capture: the same names in all of nicdiag's programs. */
export function captureFields({ namespace, name, capture }: Pick<CaptureRecord, 'namespace' | 'name' | 'capture'>): {
  readonly capture: string;
  readonly captureUid: string;
  readonly nodeCapture: string;
} {
  return { capture: `${namespace}/${capture.name}`, captureUid: capture.uid, nodeCapture: name };
}
