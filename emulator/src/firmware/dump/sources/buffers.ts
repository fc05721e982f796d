import { CQE, completionRing } from '../../objects/entries/completion.ts';
import { EQE, eventRing } from '../../objects/entries/event.ts';
import { receiveRing, SEGMENT, sendRing, sharedRing, WQEBB } from '../../objects/entries/workRequest.ts';
import { unionOf } from '../../objects/idSet.ts';
import { type DumpSource, reference } from '../dumpSource.ts';

/** Entries of queues, as hardware and software have written them; each suggests the queue's context. */
export const buffers: readonly (readonly [type: number, source: DumpSource])[] = [
  [
    0x1001,
    {
      kind: 'buffer',
      ids: ({ inventory }) => unionOf(inventory.qps, inventory.sqs),
      entryBytes: WQEBB,
      open: sendRing,
      references: (_, number) => [reference(0x1000, number)],
    },
  ],
  [
    0x1002,
    {
      kind: 'buffer',
      ids: ({ inventory }) => unionOf(inventory.qps, inventory.rqs),
      entryBytes: SEGMENT,
      open: receiveRing,
      references: (_, number) => [reference(0x1000, number)],
    },
  ],
  [
    0x1101,
    {
      kind: 'buffer',
      ids: ({ inventory }) => unionOf(inventory.srqs, inventory.xrcSrqs),
      entryBytes: SEGMENT,
      open: sharedRing,
      references: (_, srqn) => [reference(0x1100, srqn)],
    },
  ],
  [
    0x1201,
    {
      kind: 'buffer',
      ids: ({ inventory }) => inventory.cqs,
      entryBytes: CQE,
      open: completionRing,
      references: (_, cqn) => [reference(0x1200, cqn)],
    },
  ],
  [
    0x1301,
    {
      kind: 'buffer',
      ids: ({ inventory }) => inventory.eqs,
      entryBytes: EQE,
      open: eventRing,
      references: (_, eqn) => [reference(0x1300, eqn)],
    },
  ],
];
