import type { CommandQueue } from '../driver/commandQueue.ts';
import {
  type Caller,
  type DeviceNode,
  type IoctlCall,
  NO_STRUCTURE,
  type OpenDevice,
  type UserStructure,
} from '../fuse/tree.ts';
import { capability, effectiveCapabilities, hasCapability } from '../system/capabilities.ts';
import { errno } from '../system/errno.ts';
import { createTransferBuffer, type TransferBuffer } from '../system/transferBuffer.ts';
import * as abi from './mlx5ctlStructs.ts';
import { runRpc } from './rpc.ts';
import { getU32, getU64, putU16, putU32 } from './userStruct.ts';

/** What a driver front end needs from the function below it. */
export interface FrontEndOptions {
  readonly queue: CommandQueue;
  /** UCTX capability bits that the device offers (cmd_hca_cap.uctx_cap). */
  readonly uctxCap: number;
}

export interface Mlx5ctlOptions extends FrontEndOptions {
  readonly version: abi.Mlx5ctlVersion;
  /** The device's name in INFO. */
  readonly pciAddress: string;
}

/** Shared by all files of the process: requests are handled one after another. */
let inbox: TransferBuffer | undefined;
let outbox: TransferBuffer | undefined;

/** `/dev/mlx5ctl-<auxiliary device>` in one of its versions.
 * @returns the open function of the node: each file gets a UID of its own */
export function createMlx5ctlNode(options: Mlx5ctlOptions): DeviceNode['open'] {
  inbox ??= createTransferBuffer(abi.MAX_RPC_SIZE);
  outbox ??= createTransferBuffer(abi.MAX_RPC_SIZE);
  const buffers = { inbox, outbox };
  return (caller) => openFile(options, caller, buffers);
}

interface Buffers {
  readonly inbox: TransferBuffer;
  readonly outbox: TransferBuffer;
}

function openFile(options: Mlx5ctlOptions, caller: Caller, buffers: Buffers): OpenDevice | number {
  const { queue, uctxCap, version, pciAddress } = options;
  const { info, cmdrpc: rpc, umemReg, umemUnreg, ...numbers } = abi.mlx5ctlInterfaces[version];
  const held = effectiveCapabilities(caller.pid);
  const granted = grantedUctxCap(held) & uctxCap;
  const uid = queue.createUctx(granted, caller.pid);
  if (uid < 0) return -uid;

  function giveInfo(call: IoctlCall): number {
    if (info.size !== undefined) putU32(call.output, info.size, info.bytes);
    if (info.devname !== undefined) call.output.set(textEncoder.encode(pciAddress), info.devname);
    putU16(call.output, info.uctx_uid, uid);
    putU32(call.output, info.uctx_cap, granted);
    putU32(call.output, info.dev_uctx_cap, uctxCap);
    putU32(call.output, info.ucap, capabilityNumbers(held));
    return 0;
  }

  function cmdrpc(call: IoctlCall): ReturnType<OpenDevice['ioctl']> {
    const inLength = getU32(call.input, rpc.inlen);
    const outLength = getU32(call.input, rpc.outlen);
    if ([inLength, outLength].some((length) => length < abi.MIN_RPC_SIZE || length > numbers.maxRpcSize))
      return errno.EINVAL;
    if (rpc.flags !== undefined && getU64(call.input, rpc.flags) !== 0) return errno.EOPNOTSUPP;
    const { pid } = call;
    const unreadable = buffers.inbox.readFrom(pid, getU64(call.input, rpc.in), inLength);
    if (unreadable !== 0) return unreadable;
    const outAddress = getU64(call.input, rpc.out);
    giveBackAsItCame(call);
    const structure = call.output;
    return runRpc(queue, buffers, { uid, pid, inLength, outLength }, structure, (answerBytes) =>
      buffers.outbox.writeTo(pid, outAddress, Math.min(answerBytes, outLength)),
    );
  }

  function registerMemory(call: IoctlCall): number {
    const refused = checkHead(call.input, umemReg);
    if (refused !== 0) return refused;
    const address = getU64(call.input, umemReg.addr);
    const length = getU64(call.input, umemReg.len);
    if (length === 0 || length > abi.MAX_UMEM_SIZE || address + length > 2 ** 63) return errno.EINVAL;
    const umem = queue.createUmem(uid, call.pid, { address, length });
    if (umem < 0) return -umem;
    call.output.set(call.input);
    putU32(call.output, umemReg.umem_id, umem);
    return 0;
  }

  function unregisterMemory(call: IoctlCall): number {
    if (umemUnreg === undefined) return queue.destroyUmem(uid, call.pid, call.argument);
    const refused = checkHead(call.input, umemUnreg);
    if (refused !== 0) return refused;
    giveBackAsItCame(call);
    return queue.destroyUmem(uid, call.pid, getU32(call.input, umemUnreg.umem_id));
  }

  /** By number: what is copied of the caller's structure, and what is done. CMDRPC and UMEM_UNREG tell nothing by it. */
  const calls = new Map<number, { readonly structure: UserStructure; readonly run: OpenDevice['ioctl'] }>([
    [numbers.CMDRPC, { structure: { read: rpc.bytes, written: 0 }, run: cmdrpc }],
    [numbers.INFO, { structure: { read: 0, written: info.bytes }, run: giveInfo }],
    [numbers.UMEM_REG, { structure: { read: umemReg.bytes, written: umemReg.bytes }, run: registerMemory }],
    [
      numbers.UMEM_UNREG,
      {
        structure: umemUnreg === undefined ? NO_STRUCTURE : { read: umemUnreg.bytes, written: 0 },
        run: unregisterMemory,
      },
    ],
  ]);

  function admit(call: IoctlCall): number | UserStructure {
    if (!hasCapability(call.pid, capability.CAP_SYS_ADMIN)) return errno.EPERM;
    if (!queue.present) return errno.ENODEV;
    return calls.get(call.command)?.structure ?? errno.ENOTTY;
  }

  return {
    admit,
    ioctl(call) {
      const refused = admit(call);
      if (typeof refused === 'number') return refused;
      return calls.get(call.command)?.run(call) ?? errno.ENOTTY;
    },
    release: () => queue.destroyUctx(uid, caller.pid),
  };
}

const textEncoder = new TextEncoder();

/** For FUSE, whose kernel writes back whatever an ioctl number promises. */
function giveBackAsItCame({ input, output }: IoctlCall): void {
  output.set(input.subarray(0, output.length));
}

/** V2 and V3 want a structure's own size in it, and 0 in what they do not know; V1 in its flags.
 * EINVAL for a wrong size is [inferred]. */
function checkHead(
  input: Uint8Array,
  {
    bytes,
    size,
    flags,
    reserved = [],
  }: {
    readonly bytes: number;
    readonly size?: number;
    readonly flags?: number;
    readonly reserved?: readonly number[];
  },
): number {
  if (size !== undefined && getU32(input, size) !== bytes) return errno.EINVAL;
  if (flags !== undefined && getU64(input, flags) !== 0) return errno.EOPNOTSUPP;
  return reserved.every((at) => getU32(input, at) === 0) ? 0 : errno.EOPNOTSUPP;
}

function has(capabilities: number, wanted: number): boolean {
  return ((capabilities >>> wanted) & 1) === 1;
}

function grantedUctxCap(capabilities: number): number {
  return (
    (has(capabilities, capability.CAP_NET_RAW) ? abi.uctxCap.RAW_TX : 0) |
    (has(capabilities, capability.CAP_SYS_RAWIO) ? abi.uctxCap.INTERNAL_DEVICE_RESOURCES : 0) |
    (has(capabilities, capability.CAP_SYS_ADMIN) ? abi.uctxCap.TOOLS_RESOURCES : 0)
  );
}

/** Quirk of the driver: `ucap` is the bitwise OR of the capability *numbers*, 13|17|21 = 0x1d for root. */
function capabilityNumbers(capabilities: number): number {
  return Object.values(capability)
    .filter((wanted) => has(capabilities, wanted))
    .reduce((all, wanted) => all | wanted, 0);
}
