import type { CardProfile } from '../../host/profile.ts';
import type { CardModel } from '../cardModel.ts';
import { isRealTime } from '../registers/time.ts';
import { linkMode } from './linkModes.ts';

/** When a value holds; numbers of MNVDA's access_mode. */
export const accessMode = { NEXT: 0, CURRENT: 1, FACTORY: 2 } as const;
export type AccessMode = (typeof accessMode)[keyof typeof accessMode];

/** The non-volatile configuration of a card: configuration items by their type, each a few words. */
export interface NvConfiguration {
  /** Length of an item in bytes; undefined for a type that the card has not. */
  bytesOf(type: number): number | undefined;
  /** Whether the item can be written; what only says what a card can do is not. */
  isWritable(type: number): boolean;
  /** @returns undefined for an item that was never set */
  read(type: number, mode: AccessMode): readonly number[] | undefined;
  /** Sets what holds from the next reset on. */
  write(type: number, words: readonly number[]): void;
}

interface NvItem {
  /** As delivered; undefined: not set. */
  readonly factory: readonly number[] | undefined;
  readonly current?: readonly number[];
  readonly next?: readonly number[];
  readonly bytes?: number;
  readonly readOnly?: true;
}

/** Classes of types: highest 8 bits. */
const GLOBAL = 0;
const PORT = 1;
const HOST_FUNCTION = 3;

/** As sysfs has it. */
const TOTAL_VFS = 16;
const MAX_VFS = 127;

export function createNvConfiguration(model: CardModel, profile: CardProfile): NvConfiguration {
  const items = new Map<number, NvItem>([
    ...globalItems(model, profile).map(([parameter, item]) => [typeOf(GLOBAL, 0, parameter), item] as const),
    ...profile.ports.flatMap(({ mode }, at) =>
      portItems(mode).map(([parameter, item]) => [typeOf(PORT, (at + 1) << 16, parameter), item] as const),
    ),
    ...functionItems.map(([parameter, item]) => [typeOf(HOST_FUNCTION, 0, parameter), item] as const),
  ]);
  const written = new Map<number, readonly number[]>();

  return {
    bytesOf(type) {
      const item = items.get(type);
      return item && (item.bytes ?? 4 * (item.factory ?? item.current ?? []).length);
    },
    isWritable: (type) => items.get(type)?.readOnly !== true,
    read(type, mode) {
      const item = items.get(type);
      if (item === undefined || mode === accessMode.FACTORY) return item?.factory;
      const current = item.current ?? item.factory;
      return mode === accessMode.CURRENT ? current : (written.get(type) ?? item.next ?? current);
    },
    write: (type, words) => void written.set(type, words),
  };
}

function typeOf(typeClass: number, place: number, parameter: number): number {
  return ((typeClass << 24) | place | parameter) >>> 0;
}

type Rows = readonly (readonly [parameter: number, item: NvItem])[];

function globalItems(model: CardModel, { nextBootVfs }: CardProfile): Rows {
  // SR-IOV off as delivered; sriov, num_pfs, num_pf_msix and num_vf_msix valid (bits 31, 28, 26, 27 of word 0).
  const pciWords = (sriov: number, vfs: number): readonly number[] => [
    0x9c00_0000,
    ((sriov << 31) | (1 << 16) | vfs) >>> 0,
    // 11 vectors a VF (22:10), 63 a PF (12:10), BARs of 2 MiB and 32 MiB (6:6, 0:6).
    (11 << 22) | (63 << 12) | (1 << 6) | 5,
  ];
  return [
    ...(model.family.startsWith('BlueField')
      ? ([
          // Arm cores own the card.
          [0x0c, { factory: [1, 0, 0, 0] }],
          [0x123, { factory: [0, 0, 0, 0] }],
        ] satisfies Rows)
      : []),
    [0x0e, { factory: [0, 0, 0, 0, 0] }],
    // Nobody has set up hairpin queues: there is no such item in the flash.
    [0x13, { factory: undefined, bytes: 16 }],
    [
      0x80,
      {
        factory: pciWords(0, 0),
        current: pciWords(1, TOTAL_VFS),
        ...(nextBootVfs === undefined ? {} : { next: pciWords(1, nextBootVfs) }),
      },
    ],
    // SR-IOV supported, 127 VFs, 16 PFs, a bit for each value that is valid in 0x80.
    [0x81, { factory: [0x9c00_0000, ((1 << 31) | (16 << 16) | MAX_VFS) >>> 0, 0x3fff_f1cf, 2048, 0], readOnly: true }],
    [0x82, { factory: [0] }],
    [0x84, { factory: [0] }],
    [0x88, { factory: [0] }],
    // UCTX on; the clock runs in real time where MTUTC says so (bit 10). LRO timeouts 6, 7, 8 and 13.
    [0x10a, { factory: [0x0000_0100, 0x0700_d876], current: [isRealTime(model) ? 0x0500 : 0x0100, 0x0700_d876] }],
    [0x111, { factory: [0] }],
    [0x117, { factory: [0, 0, 0, 0] }],
    [0x119, { factory: [0, 0, 0, 0] }],
    [0x11d, { factory: [0, 0] }],
    [0x190, { factory: [0x0000_000b, 0x0000_4000] }],
  ];
}

function portItems(mode: string): Rows {
  // Link types: 1 InfiniBand, 2 Ethernet, at bit 2.
  const infiniband = linkMode(mode).protocol === 'infiniband';
  return [
    [0x12, { factory: [(infiniband ? 1 : 2) << 2] }],
    [0x107, { factory: [0x0000_00ff] }],
    // Messages every 30 s, if there were any.
    [0x10a, { factory: [0x0000_001e, 0, 0] }],
    [0x11b, { factory: [0, 0, 0, 0] }],
    // DCBX: IEEE and CEE, willing.
    [0x18e, { factory: [0x0000_0007] }],
    // The link stays up without a driver: for Ethernet.
    [0x190, { factory: [0x0000_0001] }],
    // 4 VLs, 8 traffic classes, 8 priorities with PFC.
    [0x192, { factory: [0x0000_0803, 0, 0] }],
    [0x201, { factory: [0, 0] }],
  ];
}

const functionItems: Rows = [
  // Wake on magic packet.
  [0x10, { factory: [0x0000_0400] }],
  [0x80, { factory: [0, 0, 0, 0] }],
  // RoCE on.
  [0x112, { factory: [0x0800_0000] }],
];
