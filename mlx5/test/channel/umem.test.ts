import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { editedProfile, speakVersion } from '../../../emulator/test/editedProfile.ts';
import type { Channel } from '../../src/channel/channel.ts';
import { ChannelError } from '../../src/channel/channelError.ts';
import { mapMemory } from '../../src/channel/mappedMemory.ts';
import { openChannel } from '../../src/channel/openChannel.ts';
import { createUmemSet } from '../../src/channel/umem.ts';
import { emulatedHost, whyNoEmulator } from '../emulatedHost.ts';
import { nothingLent } from '../lentMemory.ts';

const CX7 = '0000:03:00.0';
const reason = whyNoEmulator();
const onHost = reason === undefined ? test.serial : test.skip;
if (reason !== undefined) test(`memory of emulated devices is skipped: ${reason}`, (t) => t.pass());

/** Lines of /proc/self/smaps of the mapping that begins at an address. */
function mappingAt(address: bigint): string | undefined {
  const start = `${address.toString(16)}-`;
  return readFileSync('/proc/self/smaps', 'utf8')
    .split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/)
    .find((mapping) => mapping.startsWith(start));
}

function map(length: number) {
  const mapping = mapMemory(length);
  if ('errno' in mapping) throw new Error(`mmap failed with errno ${mapping.errno}`);
  return mapping.memory;
}

test('mapped memory is whole zeroed pages that a forked child does not get', (t) => {
  const memory = map(5000);
  t.is(memory.length, 8192);
  t.is(memory.address % 4096n, 0n);
  const target = new Uint8Array(8192).fill(0xee);
  memory.copyOut(target, 0);
  t.true(target.every((byte) => byte === 0));
  t.regex(mappingAt(memory.address) ?? '', /^VmFlags:.* dc/m, 'MADV_DONTFORK');
  memory.unmap();
  t.is(mappingAt(memory.address), undefined);
});

test('memory is copied inside its bounds only, and never after it was given back', (t) => {
  const memory = map(4096);
  for (const [length, offset] of [
    [4097, 0],
    [1, 4096],
    [1, -1],
  ] as const) {
    t.throws(
      () => memory.copyOut(new Uint8Array(length), offset),
      { instanceOf: RangeError },
      `${length} at ${offset}`,
    );
    t.throws(() => memory.writeTo(1, offset, length), { instanceOf: RangeError });
  }
  memory.copyOut(new Uint8Array(0), 4096);
  memory.unmap();
  memory.unmap();
  t.throws(() => memory.copyOut(new Uint8Array(1), 0), { message: /given back/ });
});

test('memory that the kernel does not take back stays mapped until the file is closed', (t) => {
  const umems = createUmemSet();
  const memory = map(4096);
  const umem = umems.add(7, memory, () => 22);
  umem.release();
  umem.release();
  t.not(mappingAt(memory.address), undefined, 'the device may still write to it');
  t.throws(() => umem.copyOut(new Uint8Array(1)), { instanceOf: RangeError, message: /umem 7 was released/ });
  umems.unmapAll();
  t.is(mappingAt(memory.address), undefined);
});

test('memory is written to a file as it is', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-umem-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const memory = map(8192);
  const fd = openSync(join(directory, 'part'), 'w');
  memory.writeTo(fd, 100, 5000);
  closeSync(fd);
  t.deepEqual(readFileSync(join(directory, 'part')), Buffer.alloc(5000));
  t.throws(() => memory.writeTo(fd, 0, 1), { message: /errno 9/ }, 'a closed file');
  memory.unmap();
});

for (const version of ['V1', 'V2', 'V3', 'V4']) {
  onHost(
    `mlx5ctl ${version}: memory is registered, unregistered in any order, and ends with the channel`,
    async (t) => {
      const host = await emulatedHost(editedProfile('gpu-a', speakVersion(version)));
      try {
        const channel: Channel = openChannel(host.device(CX7), { impact: 'ReadOnly' });
        t.is(channel.info.abi, version);
        t.is(channel.info.maxInLength, version === 'V4' ? 262_144 : 8192);
        const [first, second, third] = [1, 2, 3].map((pages) => channel.registerMemory!(pages * 4096));
        t.is(new Set([first!.id, second!.id, third!.id]).size, 3);
        const count = async () => {
          const { devices, pinnedPages } = await host.control({ status: true });
          return [(devices as { umems: number }[])[0]!.umems, pinnedPages];
        };
        t.deepEqual(await count(), [3, 6]);
        second!.release();
        second!.release();
        first![Symbol.dispose]();
        // FUSE does not let V1's number through.
        t.deepEqual(await count(), version === 'V1' ? [3, 6] : [1, 3]);
        t.is(mappingAt(first!.address) === undefined, version !== 'V1');
        const { address } = third!;
        channel.close();
        channel.close();
        t.is(mappingAt(address), undefined, 'what was left ends with the channel');
        t.throws(() => third!.copyOut(new Uint8Array(1)), { instanceOf: RangeError });
        third!.release();
        t.throws(() => channel.registerMemory!(4096), { instanceOf: ChannelError, code: 'Closed' });
        await nothingLent(t, host, version);
      } finally {
        await host.stop();
      }
    },
  );
}

onHost('memory that the driver refuses says why, and is not kept', async (t) => {
  const host = await emulatedHost('gpu-a');
  try {
    using channel = openChannel(host.device(CX7), { impact: 'ReadOnly' });
    const cases: readonly (readonly [length: number, fault: object | undefined, errno: number, what: RegExp])[] = [
      [64 * 1024 * 1024 + 1, undefined, 22, /EINVAL: the memory is empty or longer than 64 MiB/],
      [4096, { fault: 'errno', errno: 'ENOMEM' }, 12, /ENOMEM: .*RLIMIT_MEMLOCK/],
      [4096, { fault: 'refuse', status: 'EXCEED_LIM' }, 12, /ENOMEM/],
      [4096, { fault: 'errno', errno: 'ENODEV' }, 19, /ENODEV: .*find it again by its PCI address/],
    ];
    for (const [length, fault, errno, what] of cases) {
      if (fault !== undefined) await host.control({ ...fault, opcode: 'CREATE_UMEM', times: 1 });
      const error = t.throws(() => channel.registerMemory!(length), { instanceOf: ChannelError });
      t.like(error, { code: 'MemoryFailed', errno });
      t.regex(error.message, what);
      t.like(await host.control({ status: true }), { pinnedPages: 0 });
    }
  } finally {
    await host.stop();
  }
});

onHost('fwctl offers no memory', async (t) => {
  const host = await emulatedHost('gpu-b');
  try {
    using channel = openChannel(host.devices[0]!, { impact: 'ReadOnly' });
    t.is(channel.registerMemory, undefined);
  } finally {
    await host.stop();
  }
});
