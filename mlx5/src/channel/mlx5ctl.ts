import { closeSync } from 'node:fs';
import type { NicFunction } from '../discover/device.ts';
import type { CallResult, Channel, ChannelInfo, MailboxPlace, Scope } from './channel.ts';
import { ChannelError, channelErrorOf } from './channelError.ts';
import { ERRNO } from './errno.ts';
import type { Guard } from './guard.ts';
import { createIoctlStructure, ioctl, ioctlOfNumber, setAddress } from './ioctl.ts';
import { mapMemory } from './mappedMemory.ts';
import { IMPOSSIBLE_UMEM, MLX5CTL_V1, MLX5CTL_V2, MLX5CTL_V3, MLX5CTL_V4, type Mlx5ctlAbi } from './mlx5ctlAbi.ts';
import { createUmemSet, type Umem } from './umem.ts';

/** The channel over an open mlx5ctl node. It owns the descriptor. */
export function openMlx5ctl(device: NicFunction, fd: number, guard: Guard): Channel {
  const { abi, info } = findAbi(device, fd);
  const umems = createUmemSet();
  // One structure for all calls of the channel; only its addresses and lengths change. Host order is little endian on
  // all hosts that this runs on (x86-64, arm64).
  const rpc = createIoctlStructure(abi.cmdrpc.bytes);
  const { fields } = rpc;
  let open = true;

  function checkOpen(): void {
    if (!open) throw new ChannelError('Closed', `the channel to ${device.pciAddress} is closed`);
  }

  function call(inbox: Uint8Array, outbox: Uint8Array, { scope }: { readonly scope: Scope }): CallResult {
    checkOpen();
    guard.admit(inbox, scope);
    setAddress(fields, 0, inbox);
    setAddress(fields, 8, outbox);
    return issue(inbox.length, outbox.length);
  }

  function callAt(memory: Uint8Array, place: MailboxPlace, { scope }: { readonly scope: Scope }): CallResult {
    checkOpen();
    const { inAt, inLength, outAt, outLength } = place;
    guard.admitAt(memory, inAt, inLength, scope);
    setAddress(fields, 0, memory, inAt);
    setAddress(fields, 8, memory, outAt);
    return issue(inLength, outLength);
  }

  function issue(inLength: number, outLength: number): CallResult {
    fields.setUint32(16, inLength, true);
    fields.setUint32(20, outLength, true);
    const startedNs = process.hrtime.bigint();
    const errno = rpc.ioctl(fd, abi.cmdrpc.request);
    const elapsedNs = process.hrtime.bigint() - startedNs;
    return { length: errno === 0 ? outLength : 0, errno, startedNs, elapsedNs };
  }

  function registerMemory(length: number): Umem {
    checkOpen();
    const mapping = mapMemory(length);
    if ('errno' in mapping) throw channelErrorOf(device, 'memory', mapping.errno);
    const { memory } = mapping;
    const { umemReg } = abi;
    const structure = new Uint8Array(umemReg.bytes);
    const view = new DataView(structure.buffer);
    if (umemReg.size !== undefined) view.setUint32(umemReg.size, umemReg.bytes, true);
    view.setBigUint64(umemReg.addr, memory.address, true);
    view.setBigUint64(umemReg.len, BigInt(memory.length), true);
    const errno = ioctl(fd, umemReg.request, structure);
    if (errno !== 0) {
      memory.unmap();
      throw channelErrorOf(device, 'memory', errno);
    }
    const id = view.getUint32(umemReg.umem_id, true);
    // A closed descriptor's number may be another file's by now.
    return umems.add(id, memory, () => (open ? unregister(fd, abi, id) : 0));
  }

  function close(): void {
    if (!open) return;
    open = false;
    closeSync(fd);
    umems.unmapAll();
  }

  return { info, call, callAt, registerMemory, close, [Symbol.dispose]: close };
}

/** Finds the driver's version by trying: INFO has another number in each but V2 and V3, which differ in how memory is
 * unregistered. */
function findAbi(device: NicFunction, fd: number): { readonly abi: Mlx5ctlAbi; readonly info: ChannelInfo } {
  let errno = 0;
  for (const abi of [MLX5CTL_V4, MLX5CTL_V3, MLX5CTL_V1]) {
    const argument = new Uint8Array(abi.info.bytes);
    const fields = new DataView(argument.buffer);
    if (abi.info.size !== undefined) fields.setUint32(abi.info.size, abi.info.bytes, true);
    errno = ioctl(fd, abi.info.request, argument);
    if (errno === ERRNO.ENOTTY) continue;
    if (errno !== 0) break;
    const found = abi === MLX5CTL_V3 && unregister(fd, abi, IMPOSSIBLE_UMEM) === ERRNO.ENOTTY ? MLX5CTL_V2 : abi;
    return {
      abi: found,
      info: {
        kind: 'mlx5ctl',
        abi: found.name,
        uid: fields.getUint16(abi.info.uctx_uid, true),
        uctxCap: fields.getUint32(abi.info.uctx_cap, true),
        maxInLength: abi.maxLength,
        maxOutLength: abi.maxLength,
      },
    };
  }
  throw channelErrorOf(device, 'info', errno);
}

/** @returns 0 or the errno */
function unregister(fd: number, { umemUnreg }: Mlx5ctlAbi, id: number): number {
  if (umemUnreg.argument === 'number') return ioctlOfNumber(fd, umemUnreg.request, id);
  const structure = new Uint8Array(umemUnreg.bytes);
  const fields = new DataView(structure.buffer);
  if (umemUnreg.size !== undefined) fields.setUint32(umemUnreg.size, umemUnreg.bytes, true);
  fields.setUint32(umemUnreg.umem_id, id, true);
  return ioctl(fd, umemUnreg.request, structure);
}
