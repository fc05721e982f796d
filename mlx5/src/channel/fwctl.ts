import { closeSync } from 'node:fs';
import type { NicFunction } from '../discover/device.ts';
import type { CallResult, Channel, ChannelInfo, MailboxPlace, Scope } from './channel.ts';
import { ChannelError, channelErrorOf } from './channelError.ts';
import type { Guard } from './guard.ts';
import { createIoctlStructure, ioctl, setAddress } from './ioctl.ts';

/** ioctl numbers of fwctl: type 0x9a, without direction or size. */
export const FWCTL_INFO = 0x9a00;
export const FWCTL_RPC = 0x9a01;
const INFO_BYTES = 24;
const RPC_BYTES = 32;
const MLX5_DATA_BYTES = 8;
const DEVICE_TYPE_MLX5 = 1;
/** Other drivers' devices live in /dev/fwctl too. */
const DEVICE_TYPES: Readonly<Record<number, string>> = { 0: 'no device', 2: 'CXL', 3: 'bnxt', 4: 'pds' };
const MAX_LENGTH = 2 * 1024 * 1024;

/** The channel over an open fwctl node. It owns the descriptor. */
export function openFwctl(device: NicFunction, fd: number, guard: Guard): Channel {
  const info = readInfo(device, fd);
  const rpc = createIoctlStructure(RPC_BYTES);
  const { fields } = rpc;
  fields.setUint32(0, RPC_BYTES, true);
  let open = true;

  function call(inbox: Uint8Array, outbox: Uint8Array, { scope }: { readonly scope: Scope }): CallResult {
    checkOpen();
    // Never a higher scope than the class of the command needs, whatever the caller would allow.
    fields.setUint32(4, guard.admit(inbox, scope), true);
    setAddress(fields, 16, inbox);
    setAddress(fields, 24, outbox);
    return issue(inbox.length, outbox.length);
  }

  function callAt(memory: Uint8Array, place: MailboxPlace, { scope }: { readonly scope: Scope }): CallResult {
    checkOpen();
    const { inAt, inLength, outAt, outLength } = place;
    fields.setUint32(4, guard.admitAt(memory, inAt, inLength, scope), true);
    setAddress(fields, 16, memory, inAt);
    setAddress(fields, 24, memory, outAt);
    return issue(inLength, outLength);
  }

  function issue(inLength: number, outLength: number): CallResult {
    fields.setUint32(8, inLength, true);
    fields.setUint32(12, outLength, true);
    const startedNs = process.hrtime.bigint();
    const errno = rpc.ioctl(fd, FWCTL_RPC);
    const elapsedNs = process.hrtime.bigint() - startedNs;
    const length = errno === 0 ? Math.min(fields.getUint32(12, true), outLength) : 0;
    return { length, errno, startedNs, elapsedNs };
  }

  function checkOpen(): void {
    if (!open) throw new ChannelError('Closed', `the channel to ${device.pciAddress} is closed`);
  }

  function close(): void {
    if (!open) return;
    open = false;
    closeSync(fd);
  }

  return { info, call, callAt, close, [Symbol.dispose]: close };
}

function readInfo(device: NicFunction, fd: number): ChannelInfo {
  const data = new Uint8Array(MLX5_DATA_BYTES);
  const argument = new Uint8Array(INFO_BYTES);
  const fields = new DataView(argument.buffer);
  fields.setUint32(0, INFO_BYTES, true);
  fields.setUint32(12, MLX5_DATA_BYTES, true);
  setAddress(fields, 16, data);
  const errno = ioctl(fd, FWCTL_INFO, argument);
  if (errno !== 0) throw channelErrorOf(device, 'info', errno);
  const type = fields.getUint32(8, true);
  if (type !== DEVICE_TYPE_MLX5) {
    const found = DEVICE_TYPES[type] ?? `device type ${type}`;
    throw new ChannelError('WrongDevice', `${device.node} is no mlx5 device: FWCTL_INFO says ${found}`);
  }
  const mlx5 = new DataView(data.buffer);
  return {
    kind: 'fwctl',
    abi: '1',
    uid: mlx5.getUint32(0, true),
    uctxCap: mlx5.getUint32(4, true),
    maxInLength: MAX_LENGTH,
    maxOutLength: MAX_LENGTH,
  };
}
