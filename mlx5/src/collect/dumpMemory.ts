import type { Channel } from '../channel/channel.ts';
import { ChannelError } from '../channel/channelError.ts';
import { ERRNO, explainErrno, isGone } from '../channel/errno.ts';
import type { Umem } from '../channel/umem.ts';
import type { NicFunction } from '../discover/device.ts';
import type { CollectorReason } from '../lane/events.ts';
import {
  getField,
  MAILBOX_HEADER_BYTES,
  OPCODE,
  outboxStatus,
  outboxSyndrome,
  setField,
  statusOf,
  writeInboxHeader,
} from '../prm/index.ts';
import { CollectorStop } from './collector.ts';
import { isNotHere, type LaneControl } from './commandRunner.ts';

/** Memory that firmware writes dumps into, in place of an answer's few bytes: registered with the driver, and with a
 * memory key that belongs to this file's user id alone.
 *
 * A collector gets it from `context.memory`, names it in its requests by `mkey`, `address` and `length` (the fields
 * `mkey`, `address` and `size` of RESOURCE_DUMP and CORE_DUMP), and has what was written put into the frame by giving
 * `memory: {source, written}` with the request. The lane makes it at the first use and releases it at its end: a
 * collector never does. Every request writes from the start of it. */
export interface DumpMemory {
  /** `mkey_index << 8 | mkey_7_0`. */
  readonly mkey: number;
  readonly address: bigint;
  /** Bytes. */
  readonly length: number;
  /** Fills `target` from `offset` on.
   * @throws RangeError outside of the memory or after its release */
  copyOut(target: Uint8Array, offset?: number): void;
  /** Writes a part to a file.
   * @throws RangeError outside of the memory or after its release; Error when write(2) fails */
  writeTo(fd: number, offset: number, length: number): void;
}

/** What the lane holds. */
export interface OwnedDumpMemory extends DumpMemory {
  /** Destroys the key, unregisters the memory, gives the protection domain back, in this order and whatever fails: what
   * cannot be undone here is undone by the driver when the channel closes. */
  release(): void;
}

/** Of which the mlx5ctl tool has its dumps made, too. */
export const DUMP_WINDOW_BYTES = 2 * 1024 * 1024;

/** The low byte of a memory key is its maker's to choose. */
const MKEY_VARIANT = 0x5a;
const ACCESS_MODE_MTT = 1;
const NO_QP = 0xffffff;
const CREATE_MKEY_BYTES = 272;

export interface DumpMemoryOptions {
  readonly device: NicFunction;
  readonly channel: Channel;
  readonly control: Pick<LaneControl, 'commandBegins' | 'commandEnds'>;
  /** @default DUMP_WINDOW_BYTES */
  readonly length?: number;
}

/** @throws CollectorStop, everything made until then released: `Unsupported` where kernel or firmware grant no such
 * memory, `CollectorError` where they would have (a collector that can also take its answer inline goes on so in both),
 * `DeviceGone`, `DeviceHung` */
export function createDumpMemory(options: DumpMemoryOptions): OwnedDumpMemory {
  const { device, channel, control, length = DUMP_WINDOW_BYTES } = options;
  /** What undoes the steps taken so far, the last first. */
  const undo: (() => void)[] = [];

  function release(): void {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) step();
  }

  function command(
    opcode: number,
    layout: string,
    values: Readonly<Record<string, number | bigint>>,
    bytes: number,
  ): Uint8Array {
    const inbox = new Uint8Array(bytes);
    writeInboxHeader(inbox, opcode, 0);
    for (const [path, value] of Object.entries(values)) setField(inbox, layout, path, value);
    const outbox = new Uint8Array(MAILBOX_HEADER_BYTES);
    const errno = watched(control, () => channel.call(inbox, outbox, { scope: 1 })).errno;
    const tried = `${device.pciAddress} gave no memory key for a dump`;
    if (errno !== 0) throw stopFor(device, tried, errno);
    const status = outboxStatus(outbox);
    if (status === 0) return outbox;
    const { name, text } = statusOf(status);
    const syndrome = outboxSyndrome(outbox).toString(16);
    throw new CollectorStop(
      isNotHere(status) ? 'Unsupported' : 'CollectorError',
      `${tried}: ${layout.replace(/_in$/, '').toUpperCase()}: ${name} (${text}), syndrome 0x${syndrome}`,
    );
  }

  /** Firmware may refuse, the device may be gone: the driver ends the object when the channel closes. */
  function undoCommand(opcode: number, layout: string, field: string, id: number): void {
    const inbox = new Uint8Array(MAILBOX_HEADER_BYTES);
    writeInboxHeader(inbox, opcode, 0);
    setField(inbox, layout, field, id);
    watched(control, () => channel.call(inbox, new Uint8Array(MAILBOX_HEADER_BYTES), { scope: 1 }));
  }

  try {
    const pd = numberOf(command(OPCODE.ALLOC_PD, 'alloc_pd_in', {}, MAILBOX_HEADER_BYTES), 'alloc_pd_out', 'pd');
    undo.push(() => undoCommand(OPCODE.DEALLOC_PD, 'dealloc_pd_in', 'pd', pd));
    const umem = register(options, length);
    undo.push(() => watched(control, () => umem.release()));
    const mkc = (field: string): string => `memory_key_mkey_entry.${field}`;
    const made = command(
      OPCODE.CREATE_MKEY,
      'create_mkey_in',
      {
        mkey_umem_valid: 1,
        mkey_umem_id: umem.id,
        [mkc('access_mode_1_0')]: ACCESS_MODE_MTT,
        [mkc('lw')]: 1,
        [mkc('lr')]: 1,
        [mkc('qpn')]: NO_QP,
        [mkc('mkey_7_0')]: MKEY_VARIANT,
        [mkc('pd')]: pd,
        [mkc('start_addr')]: umem.address,
        [mkc('len')]: BigInt(umem.length),
      },
      CREATE_MKEY_BYTES,
    );
    const index = numberOf(made, 'create_mkey_out', 'mkey_index');
    undo.push(() => undoCommand(OPCODE.DESTROY_MKEY, 'destroy_mkey_in', 'mkey_index', index));
    return {
      mkey: index * 0x100 + MKEY_VARIANT,
      address: umem.address,
      length: umem.length,
      copyOut: (target, offset) => umem.copyOut(target, offset),
      writeTo: (fd, offset, bytes) => umem.writeTo(fd, offset, bytes),
      release,
    };
  } catch (error) {
    release();
    throw error;
  }
}

function register({ device, channel, control }: DumpMemoryOptions, length: number): Umem {
  if (channel.registerMemory === undefined) throw new CollectorStop('Unsupported', whyNoMemory(device));
  const registerMemory = channel.registerMemory.bind(channel);
  try {
    return watched(control, () => registerMemory(length));
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    throw new CollectorStop(reasonOf(error.errno), error.message, { cause: error });
  }
}

/** Why this kind of channel gives no memory, for a collector that cannot do without. */
export function whyNoMemory({ kind, node, pciAddress }: NicFunction): string {
  return (
    `${pciAddress}: ${node} (${kind}) lets no memory be registered for the device to write to: the kernel's fwctl passes ` +
    'neither CREATE_MKEY nor ALLOC_PD'
  );
}

function stopFor({ kind }: NicFunction, tried: string, errno: number): CollectorStop {
  const { name, meaning } = explainErrno(kind, errno);
  return new CollectorStop(reasonOf(errno), `${tried}: ${name}: ${meaning}`);
}

/** By these the command was lost on its way: another one may be answered. With any other the kernel said no. */
const LOST: readonly number[] = [ERRNO.EIO, ERRNO.EAGAIN, ERRNO.ECANCELED, ERRNO.EBUSY];

function reasonOf(errno: number): CollectorReason {
  if (isGone(errno)) return 'DeviceGone';
  if (errno === ERRNO.ETIMEDOUT) return 'DeviceHung';
  return LOST.includes(errno) ? 'CollectorError' : 'Unsupported';
}

/** These ioctls can hang as any command. */
function watched<T>(control: Pick<LaneControl, 'commandBegins' | 'commandEnds'>, act: () => T): T {
  control.commandBegins();
  try {
    return act();
  } finally {
    control.commandEnds();
  }
}

function numberOf(outbox: Uint8Array, layout: string, field: string): number {
  return Number(getField(outbox, layout, field));
}
