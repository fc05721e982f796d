import { crashPoint as pass } from '@nicdiag/runtime';

/** Every named place at which a test may kill the agent (`NICDIAG_CRASH_AT=<name>[:<pass>]`), in the order in which one
 * capture comes by. After each of them a new agent must finish the capture as if nothing had happened. */
export const CRASH_POINTS = {
  'capture-journaled': 'the capture is in the journal, nothing is asked of a device yet',
  'devices-chosen': 'the devices that passed the filter are in the journal',
  'items-flushed': 'a batch of items is in the spool',
  'collector-flushed': 'all items of a collector are in the spool, its files are not made yet',
  'collector-finished': 'the files of a collector are made and in the journal',
  'device-ended': "a device's manifest is made and in the journal",
  'blob-uploaded': 'the artifact server has acknowledged a blob',
  'manifest-uploaded': "the artifact server has acknowledged a device's manifest, the journal does not know",
  'before-spool-delete': 'the acknowledgement is in the journal, the spool of the device is still there',
  'before-final-status': 'everything is acknowledged, the final status is not written',
  'after-final-status': 'the final status is written, the journal does not know',
  'before-finished': 'the journal knows of the final status, the capture is not marked finished',
} as const;

export type CrashPoint = keyof typeof CRASH_POINTS;

export const crashPoint: (name: CrashPoint) => void = pass;
