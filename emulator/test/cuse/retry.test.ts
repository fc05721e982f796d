import test from 'ava';
import { askAgain } from '../../src/cuse/retry.ts';
import { createConnection } from '../../src/fuse/connection.ts';

const ADDRESS = 0x7f12_3456_7000;

/** struct fuse_ioctl_out: result, flags, in_iovs, out_iovs; then struct fuse_ioctl_iovec: base, length. */
function answer(read: number, written: number): string {
  const connection = createConnection(-1);
  const length = -1 - askAgain(connection, ADDRESS, { read, written });
  return Buffer.from(connection.bodyBytes.subarray(0, length)).toString('hex');
}

const vector = (length: string): string => `00705634127f0000${length}`;

test('the kernel is asked for the memory to read first, then for that to write', (t) => {
  t.is(answer(24, 16), `00000000040000000100000001000000${vector('1800000000000000')}${vector('1000000000000000')}`);
});

test('what is not read, or not written, is not asked for', (t) => {
  t.is(answer(24, 0), `00000000040000000100000000000000${vector('1800000000000000')}`);
  t.is(answer(0, 112), `00000000040000000000000001000000${vector('7000000000000000')}`);
});
