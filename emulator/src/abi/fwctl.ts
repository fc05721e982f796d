import {
  type Caller,
  type DeviceNode,
  type IoctlCall,
  NO_STRUCTURE,
  type OpenDevice,
  type UserStructure,
} from '../fuse/tree.ts';
import { capability, hasCapability } from '../system/capabilities.ts';
import { errno } from '../system/errno.ts';
import { createTransferBuffer, type TransferBuffer } from '../system/transferBuffer.ts';
import { readExtensibleStruct } from './extensibleStruct.ts';
import { fwctlAllows } from './fwctlAllowList.ts';
import * as abi from './fwctlStructs.ts';
import type { FrontEndOptions } from './mlx5ctl.ts';
import { type RpcBuffers, runRpc } from './rpc.ts';
import { getU32, getU64, putU32 } from './userStruct.ts';

interface Buffers extends RpcBuffers {
  readonly structure: TransferBuffer;
}

let shared: Buffers | undefined;

export interface FwctlOptions extends FrontEndOptions {
  /** Called at the first RPC with a scope that taints the kernel. */
  readonly onTaint: () => void;
}

/** `/dev/fwctl/fwctlN` of an mlx5 function. */
export function createFwctlNode(options: FwctlOptions): DeviceNode['open'] {
  shared ??= {
    structure: createTransferBuffer(4096),
    inbox: createTransferBuffer(abi.MAX_RPC_LEN),
    outbox: createTransferBuffer(abi.MAX_RPC_LEN),
  };
  const buffers = shared;
  return (caller) => openFile(options, caller, buffers);
}

function openFile({ queue, uctxCap, onTaint }: FwctlOptions, caller: Caller, buffers: Buffers): OpenDevice | number {
  const granted = uctxCap & abi.UCTX_CAP_TOOLS_RESOURCES;
  const uid = queue.createUctx(granted, caller.pid);
  if (uid < 0) return -uid;
  const { structure } = buffers;

  function giveInfo({ pid, argument }: IoctlCall): number {
    const failure = readExtensibleStruct(structure, pid, argument, abi.info.bytes);
    if (failure !== 0) return failure;
    if (getU32(structure.bytes, abi.info.flags) !== 0) return errno.EOPNOTSUPP;
    const room = getU32(structure.bytes, abi.info.device_data_len);
    const unwritable = copyDeviceData(pid, getU64(structure.bytes, abi.info.out_device_data), room);
    if (unwritable !== 0) return unwritable;
    putU32(structure.bytes, abi.info.out_device_type, abi.FWCTL_DEVICE_TYPE_MLX5);
    // Without any room the kernel does not ask the driver, and so knows of no data.
    putU32(structure.bytes, abi.info.device_data_len, room === 0 ? 0 : abi.infoMlx5.bytes);
    return structure.writeTo(pid, argument, abi.info.bytes);
  }

  /** Copies what fits and zero-fills the rest of the caller's space. */
  function copyDeviceData(pid: number, address: number, room: number): number {
    const { bytes } = buffers.outbox;
    for (let at = 0; at < room; at += bytes.length) {
      const length = Math.min(bytes.length, room - at);
      bytes.fill(0, 0, length);
      if (at === 0) {
        putU32(bytes, abi.infoMlx5.uid, uid);
        putU32(bytes, abi.infoMlx5.uctx_caps, granted);
      }
      if (buffers.outbox.writeTo(pid, address + at, length) !== 0) return errno.EFAULT;
    }
    return 0;
  }

  function rpc({ pid, argument }: IoctlCall): ReturnType<OpenDevice['ioctl']> {
    const failure = readExtensibleStruct(structure, pid, argument, abi.rpc.bytes);
    if (failure !== 0) return failure;
    const inLength = getU32(structure.bytes, abi.rpc.in_len);
    const outLength = getU32(structure.bytes, abi.rpc.out_len);
    if (inLength > abi.MAX_RPC_LEN || outLength > abi.MAX_RPC_LEN) return errno.EMSGSIZE;
    const scope = getU32(structure.bytes, abi.rpc.scope);
    if (scope > abi.scope.DEBUG_WRITE_FULL) return errno.EOPNOTSUPP;
    if (scope === abi.scope.DEBUG_WRITE_FULL && !hasCapability(pid, capability.CAP_SYS_RAWIO)) return errno.EPERM;
    if (scope >= abi.scope.DEBUG_WRITE) onTaint();
    const outAddress = getU64(structure.bytes, abi.rpc.out);
    const { inbox } = buffers;
    const unreadable = inbox.readFrom(pid, getU64(structure.bytes, abi.rpc.in), inLength);
    if (unreadable !== 0) return unreadable;
    if (inLength < abi.MBOX_HEADER || outLength < abi.MBOX_HEADER) return errno.EMSGSIZE;
    const command = { uid, pid, inLength, outLength };
    if (!fwctlAllows(be16(inbox.bytes, 0), be16(inbox.bytes, 6), scope)) {
      queue.refused({ uid, pid, inbox: inbox.bytes.subarray(0, inLength), outbox: EMPTY }, errno.EBADMSG);
      return errno.EBADMSG;
    }
    const request = structure.bytes.slice(0, abi.rpc.bytes);
    return runRpc(queue, buffers, command, EMPTY, (answerBytes) => {
      const unwritable = buffers.outbox.writeTo(pid, outAddress, Math.min(answerBytes, outLength));
      if (unwritable !== 0) return unwritable;
      // The driver's answer is as long as the caller asked for, so out_len goes back unchanged, but for a fault.
      structure.bytes.set(request);
      putU32(structure.bytes, abi.rpc.out_len, answerBytes);
      return structure.writeTo(pid, argument, abi.rpc.bytes);
    });
  }

  /** How much of a structure there is to read says the structure itself. */
  function admit(call: IoctlCall): number | UserStructure {
    if (!queue.present) return errno.ENODEV;
    const known = call.command === abi.FWCTL_RPC || call.command === abi.FWCTL_INFO;
    return known && !call.compat ? NO_STRUCTURE : errno.ENOTTY;
  }

  return {
    admit,
    ioctl(call) {
      const refused = admit(call);
      if (typeof refused === 'number') return refused;
      return call.command === abi.FWCTL_RPC ? rpc(call) : giveInfo(call);
    },
    release: () => queue.destroyUctx(uid, caller.pid),
  };
}

const EMPTY = new Uint8Array(0);

function be16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}
