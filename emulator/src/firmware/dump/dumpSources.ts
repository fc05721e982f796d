import type { DumpSource } from './dumpSource.ts';
import { queueSources } from './queueSources.ts';

/** What a dump of each segment type gives, by type: one for each record of the menu. */
export const dumpSources: ReadonlyMap<number, DumpSource> = new Map([...queueSources]);
