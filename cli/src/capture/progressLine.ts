import type { DiagnosticCapture } from '@nicdiag/api';
import { formatBytes } from '../output/units.ts';
import { captureOutcome } from './captureOutcome.ts';

const SHOWN = ['running', 'failed', 'partial', 'unsupported', 'cancelled'] as const;

/** `capture sre/slow-rail-3: Running 37/40 nodes, 2 running, 1 failed, 1.2 GiB` */
export function progressLine({ metadata, status }: Pick<DiagnosticCapture, 'metadata' | 'status'>): string {
  const { state, finished, sealed } = captureOutcome({ ...(status && { status }) });
  const counts = SHOWN.flatMap((name) => (status?.counts?.[name] ? [`${status.counts[name]} ${name}`] : []));
  const nodes = status?.progress === undefined ? '' : ` ${status.progress} nodes`;
  const bytes = status?.totalBytes ? [formatBytes(status.totalBytes)] : [];
  const sealing = finished && !sealed ? ['being sealed'] : [];
  return [`capture ${metadata.namespace}/${metadata.name}: ${state}${nodes}`, ...counts, ...bytes, ...sealing].join(
    ', ',
  );
}
