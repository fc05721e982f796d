/** The thread of `mlx5-channel.ts`: the same register read by a bare ioctl and through the library, in turns. */
import { closeSync, openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { NicFunction } from '@nicdiag/mlx5';
import { openChannel } from '@nicdiag/mlx5/channel';
import { registerByName, setField, writeInboxHeader, writeRegisterId } from '@nicdiag/mlx5/prm';
import koffi from 'koffi';

const { device, rounds } = workerData as { readonly device: NicFunction; readonly rounds: number };
const COMMANDS = 2000;
const ioctl = koffi.load('libc.so.6').func('int ioctl(int, unsigned long, void *)');

const register = registerByName('PPCNT')!;
const inbox = new Uint8Array(16 + register.bytes);
writeInboxHeader(inbox, 0x805, 1);
writeRegisterId(inbox, register.id);
setField(inbox.subarray(16), register.layout, 'local_port', 1);
setField(inbox.subarray(16), register.layout, 'grp', 0x12);
const outbox = new Uint8Array(inbox.length);

/** One structure, filled in once: nothing could be cheaper from here. */
function bareIoctl(fd: number): () => void {
  const argument = new Uint8Array(device.kind === 'fwctl' ? 32 : 24);
  const fields = new DataView(argument.buffer);
  if (device.kind === 'fwctl') {
    fields.setUint32(0, 32, true);
    fields.setUint32(4, 1, true);
    fields.setUint32(8, inbox.length, true);
    fields.setUint32(12, outbox.length, true);
    fields.setBigUint64(16, koffi.address(inbox), true);
    fields.setBigUint64(24, koffi.address(outbox), true);
    return () => ioctl(fd, 0x9a01, argument);
  }
  fields.setBigUint64(0, koffi.address(inbox), true);
  fields.setBigUint64(8, koffi.address(outbox), true);
  fields.setUint32(16, inbox.length, true);
  fields.setUint32(20, outbox.length, true);
  return () => ioctl(fd, 0xc0185c01, argument);
}

const channel = openChannel(device, { impact: 'ReadOnly' });
const fd = openSync(device.node, 'r+');
const bare = bareIoctl(fd);
const result: Record<string, number[]> = { 'bare ioctl, round trip': [], 'channel.call without its ioctl': [] };

/** Nanoseconds a command that are not spent in the ioctl: round trips vary by more than the difference of two loops. */
function clientTime(): number {
  let inKernel = 0n;
  const started = process.hrtime.bigint();
  for (let at = 0; at < COMMANDS; at += 1) inKernel += channel.call(inbox, outbox, { scope: 1 }).elapsedNs;
  return Number(process.hrtime.bigint() - started - inKernel) / COMMANDS;
}

function roundTrip(): number {
  const started = process.hrtime.bigint();
  for (let at = 0; at < COMMANDS; at += 1) bare();
  return Number(process.hrtime.bigint() - started) / COMMANDS;
}

for (let round = -2; round < rounds; round += 1) {
  const [trip, client] = [roundTrip(), clientTime()];
  if (round < 0) continue;
  result['bare ioctl, round trip']!.push(trip);
  result['channel.call without its ioctl']!.push(client);
}
channel.close();
closeSync(fd);
parentPort?.postMessage(result);
