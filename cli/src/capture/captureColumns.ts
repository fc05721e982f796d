import type { DiagnosticCapture } from '@nicdiag/api';
import type { Column } from '../output/table.ts';
import { formatAge, formatBytes } from '../output/units.ts';
import { captureOutcome } from './captureOutcome.ts';

const GREEN = 32;
const YELLOW = 33;
const RED = 31;
const COLOURS = { Succeeded: GREEN, Partial: YELLOW, Failed: RED, Cancelled: YELLOW } as const;

/** @param options.namespaces with a column for the namespace
 * @param options.nowMs milliseconds since the epoch, for ages */
export function captureColumns(options: {
  readonly namespaces: boolean;
  readonly nowMs: number;
}): readonly Column<DiagnosticCapture>[] {
  const columns: readonly Column<DiagnosticCapture>[] = [
    { head: 'NAME', cell: (capture) => capture.metadata.name },
    {
      head: 'STATE',
      cell: (capture) => captureOutcome(capture).state,
      colour: (capture) => Reflect.get(COLOURS, captureOutcome(capture).state) as number | undefined,
    },
    { head: 'REASON', cell: (capture) => captureOutcome(capture).reason },
    { head: 'NODES', cell: (capture) => capture.status?.progress ?? '' },
    { head: 'BYTES', cell: (capture) => formatBytes(capture.status?.totalBytes) },
    { head: 'SEALED', cell: (capture) => (captureOutcome(capture).sealed ? 'yes' : 'no') },
    { head: 'AGE', cell: (capture) => formatAge(capture.metadata.creationTimestamp, options.nowMs) },
    { head: 'STORED', cell: (capture) => formatBytes(capture.status?.storedBytes), wide: true },
    { head: 'MANIFEST', cell: (capture) => capture.status?.manifest?.digest.slice(0, 19) ?? '', wide: true },
    { head: 'MESSAGE', cell: (capture) => captureOutcome(capture).message, wide: true },
  ];
  const namespace = { head: 'NAMESPACE', cell: (capture: DiagnosticCapture) => capture.metadata.namespace ?? '' };
  return options.namespaces ? [namespace, ...columns] : columns;
}
