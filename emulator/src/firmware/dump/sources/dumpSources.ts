import type { DumpSource } from '../dumpSource.ts';
import { buffers } from './buffers.ts';
import { deviceState } from './deviceState.ts';
import { queueContexts } from './queueContexts.ts';
import { steering } from './steering.ts';

/** What a dump of each segment type gives, by type: one for each record of the menu. */
export const dumpSources: ReadonlyMap<number, DumpSource> = new Map([
  ...queueContexts,
  ...buffers,
  ...steering,
  ...deviceState,
]);
