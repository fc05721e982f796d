import test from 'ava';
import { effectiveCapabilities } from '../../src/system/capabilities.ts';
import { addressOf } from '../../src/system/libc.ts';
import { createTransferBuffer } from '../../src/system/transferBuffer.ts';

test('bytes go both ways between a process and a buffer', (t) => {
  const transfer = createTransferBuffer(64);
  const memory = new Uint8Array(new ArrayBuffer(64)).map((_, at) => at);
  const address = Number(addressOf(memory));
  t.is(transfer.readFrom(process.pid, address, 64), 0);
  t.deepEqual(transfer.bytes, memory);
  transfer.bytes.fill(7, 0, 8);
  t.is(transfer.writeTo(process.pid, address, 8), 0);
  t.deepEqual([...memory.subarray(0, 10)], [7, 7, 7, 7, 7, 7, 7, 7, 8, 9]);
});

test('addresses and processes that are not there are EFAULT', (t) => {
  const EFAULT = 14;
  const transfer = createTransferBuffer(64);
  t.is(transfer.readFrom(process.pid, 0, 16), EFAULT);
  t.is(transfer.readFrom(process.pid, 2 ** 63, 16), EFAULT);
  t.is(transfer.writeTo(2 ** 22 + 1, 4096, 16), EFAULT);
  t.is(transfer.readFrom(process.pid, 0, 0), 0, 'nothing to copy');
});

test('capabilities of a process that is gone are none', (t) => {
  t.is(effectiveCapabilities(2 ** 22 + 1), 0);
});
