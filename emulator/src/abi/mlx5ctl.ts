import type { CommandQueue } from '../driver/commandQueue.ts';
import type { Caller, DeviceNode, IoctlCall, OpenDevice } from '../fuse/tree.ts';
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

/** Shared by all files of the process: requests are handled one after another. */
let inbox: TransferBuffer | undefined;
let outbox: TransferBuffer | undefined;

/** `/dev/mlx5ctl-<auxiliary device>`, ABI V4.
 * @returns the open function of the node: each file gets a UID of its own */
export function createMlx5ctlNode(options: FrontEndOptions): DeviceNode['open'] {
  inbox ??= createTransferBuffer(abi.MAX_RPC_SIZE);
  outbox ??= createTransferBuffer(abi.MAX_RPC_SIZE);
  const buffers = { inbox, outbox };
  return (caller) => openFile(options, caller, buffers);
}

interface Buffers {
  readonly inbox: TransferBuffer;
  readonly outbox: TransferBuffer;
}

function openFile({ queue, uctxCap }: FrontEndOptions, caller: Caller, buffers: Buffers): OpenDevice | number {
  const held = effectiveCapabilities(caller.pid);
  const granted = grantedUctxCap(held) & uctxCap;
  const uid = queue.createUctx(granted, caller.pid);
  if (uid < 0) return -uid;

  function giveInfo(call: IoctlCall): number {
    putU16(call.output, abi.info.uctx_uid, uid);
    putU32(call.output, abi.info.uctx_cap, granted);
    putU32(call.output, abi.info.dev_uctx_cap, uctxCap);
    putU32(call.output, abi.info.ucap, capabilityNumbers(held));
    return 0;
  }

  function cmdrpc(call: IoctlCall): ReturnType<OpenDevice['ioctl']> {
    const inLength = getU32(call.input, abi.cmdrpc.inlen);
    const outLength = getU32(call.input, abi.cmdrpc.outlen);
    if (outOfRange(inLength) || outOfRange(outLength)) return errno.EINVAL;
    const { pid } = call;
    const unreadable = buffers.inbox.readFrom(pid, getU64(call.input, abi.cmdrpc.in), inLength);
    if (unreadable !== 0) return unreadable;
    const outAddress = getU64(call.input, abi.cmdrpc.out);
    call.output.set(call.input);
    const structure = call.output;
    return runRpc(queue, buffers, { uid, pid, inLength, outLength }, structure, () =>
      buffers.outbox.writeTo(pid, outAddress, outLength),
    );
  }

  function umemReg(call: IoctlCall): number {
    const address = getU64(call.input, abi.umemReg.addr);
    const length = getU64(call.input, abi.umemReg.len);
    if (length === 0 || length > abi.MAX_UMEM_SIZE || address + length > 2 ** 63) return errno.EINVAL;
    // Pages are pinned one by one; the first and the last tell whether the range is mapped at all.
    for (const page of [address, address + length - 1]) {
      if (buffers.inbox.readFrom(call.pid, page, 1) !== 0) return errno.EFAULT;
    }
    const umem = queue.createUmem(uid, call.pid, { address, length });
    if (umem < 0) return -umem;
    call.output.set(call.input);
    putU32(call.output, abi.umemReg.umem_id, umem);
    return 0;
  }

  return {
    ioctl(call) {
      if (!hasCapability(call.pid, capability.CAP_SYS_ADMIN)) return errno.EPERM;
      if (!queue.present) return errno.ENODEV;
      switch (call.command) {
        case abi.MLX5CTL_IOCTL_CMDRPC:
          return cmdrpc(call);
        case abi.MLX5CTL_IOCTL_INFO:
          return giveInfo(call);
        case abi.MLX5CTL_IOCTL_UMEM_REG:
          return umemReg(call);
        case abi.MLX5CTL_IOCTL_UMEM_UNREG:
          call.output.set(call.input);
          return queue.destroyUmem(uid, call.pid, getU32(call.input, abi.umemUnreg.umem_id));
        default:
          return errno.ENOTTY;
      }
    },
    release: () => queue.destroyUctx(uid, caller.pid),
  };
}

function outOfRange(length: number): boolean {
  return length < abi.MIN_RPC_SIZE || length > abi.MAX_RPC_SIZE;
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
