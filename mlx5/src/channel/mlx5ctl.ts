import { closeSync } from 'node:fs';
import type { NicFunction } from '../discover/device.ts';
import type { CallResult, Channel, ChannelInfo, Scope } from './channel.ts';
import { ChannelError, channelErrorOf } from './channelError.ts';
import type { Guard } from './guard.ts';
import { addressOf, ioctl } from './ioctl.ts';

/** ioctl numbers of ABI V4 (magic 0x5c; the number holds the structure's size, so that another version says ENOTTY). */
export const MLX5CTL_INFO = 0x80105c00;
export const MLX5CTL_CMDRPC = 0xc0185c01;
const INFO_BYTES = 16;
const CMDRPC_BYTES = 24;
/** 512 mailbox blocks of 512 bytes. */
const MAX_LENGTH = 262_144;

/** The channel over an open mlx5ctl node. It owns the descriptor. */
export function openMlx5ctl(device: NicFunction, fd: number, guard: Guard): Channel {
  const info = readInfo(device, fd);
  // One structure for all calls of the channel; only its addresses and lengths change. Host order is little endian on
  // all hosts that this runs on (x86-64, arm64).
  const argument = new Uint8Array(CMDRPC_BYTES);
  const fields = new DataView(argument.buffer);
  let open = true;

  function call(inbox: Uint8Array, outbox: Uint8Array, { scope }: { readonly scope: Scope }): CallResult {
    if (!open) throw new ChannelError('Closed', `the channel to ${device.pciAddress} is closed`);
    guard.admit(inbox, scope);
    fields.setBigUint64(0, addressOf(inbox), true);
    fields.setBigUint64(8, addressOf(outbox), true);
    fields.setUint32(16, inbox.length, true);
    fields.setUint32(20, outbox.length, true);
    const startedNs = process.hrtime.bigint();
    const errno = ioctl(fd, MLX5CTL_CMDRPC, argument);
    const elapsedNs = process.hrtime.bigint() - startedNs;
    return { length: errno === 0 ? outbox.length : 0, errno, startedNs, elapsedNs };
  }

  function close(): void {
    if (!open) return;
    open = false;
    closeSync(fd);
  }

  return { info, call, close, [Symbol.dispose]: close };
}

function readInfo(device: NicFunction, fd: number): ChannelInfo {
  const argument = new Uint8Array(INFO_BYTES);
  const errno = ioctl(fd, MLX5CTL_INFO, argument);
  if (errno !== 0) throw channelErrorOf(device, 'info', errno);
  const fields = new DataView(argument.buffer);
  return {
    kind: 'mlx5ctl',
    abi: 'V4',
    uid: fields.getUint16(0, true),
    uctxCap: fields.getUint32(4, true),
    maxInLength: MAX_LENGTH,
    maxOutLength: MAX_LENGTH,
  };
}
