import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { fuzzing } from '../../../../tools/src/fuzz/fuzzing.ts';
import { readKernelLog, speaksOf } from '../../../src/collect/hostState/kernelLog.ts';
import { decodeHost } from '../../../src/decode/decodeHost.ts';

const device = ['0000:17:00.0', 'eth1', 'mlx5_0'];

for (const [record, speaks] of [
  ['6,1,1,-;mlx5_core 0000:17:00.0: firmware version: 28.42.1000\n', true],
  ['6,1,1,-;mlx5_core 0000:17:00.1: firmware version: 28.42.1000\n', false],
  ['6,1,1,-;mlx5_core 0000:17:00.0 eth1: Link up\n', true],
  ['6,1,1,-;IPv6: ADDRCONF(NETDEV_CHANGE): eth1: link becomes ready\n', true],
  ['6,1,1,-;IPv6: ADDRCONF(NETDEV_CHANGE): eth10: link becomes ready\n', false],
  ['6,1,1,-;veth1: renamed\n', false],
  ['6,1,1,-;eth10 and eth1\n', true],
  ['3,1,1,-;infiniband mlx5_0: create_qp: failed\n', true],
] as const) {
  test(`${speaks ? 'is' : 'is not'} about the device: ${record.trimEnd()}`, (t) =>
    t.is(speaksOf(record, device), speaks));
}

function logFile(content: string | Uint8Array): { readonly path: string; readonly remove: () => void } {
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-kmsg-'));
  const path = join(directory, 'kmsg');
  writeFileSync(path, content);
  return { path, remove: () => rmSync(directory, { recursive: true }) };
}

test('records of the device are kept, with the lines that continue them', (t) => {
  const log = logFile(
    [
      '6,1,100,-;nvme nvme0: 56/0/0 queues',
      '3,2,2500000,-;mlx5_core 0000:17:00.0: poll_health: device lost',
      ' SUBSYSTEM=pci',
      ' DEVICE=+pci:0000:17:00.0',
      '6,3,300,-;usb 1-1: new device',
      ' DEVICE=c189:1',
      '4,4,3000001,-;mlx5_core 0000:17:00.0 eth1: Link down',
    ].join('\n'),
  );
  t.teardown(log.remove);
  const { fields, texts } = decodeHost('/dev/kmsg', readKernelLog(log.path, device));
  t.deepEqual(fields['records'], [
    {
      priority: 3,
      sequence: 2,
      seconds: 2.5,
      message: 'mlx5_core 0000:17:00.0: poll_health: device lost\nSUBSYSTEM=pci\nDEVICE=+pci:0000:17:00.0',
    },
    { priority: 4, sequence: 4, seconds: 3.000001, message: 'mlx5_core 0000:17:00.0 eth1: Link down' },
  ]);
  t.deepEqual(texts, { 'records[0].priority': 'error', 'records[1].priority': 'warning' });
});

test('of a very long log the newest records are kept', (t) => {
  const line = (at: number) => `6,${at},${at},-;mlx5_core 0000:17:00.0: ${'x'.repeat(100)}\n`;
  const log = logFile(Array.from({ length: 10_000 }, (_, at) => line(at)).join(''));
  t.teardown(log.remove);
  const kept = readKernelLog(log.path, device);
  t.true(kept.length <= 256 * 1024 && kept.length > 250 * 1024, `${kept.length}`);
  t.true(Buffer.from(kept).toString().endsWith(line(9999)));
});

test('fuzz: whatever a log holds, it is read and decoded', (t) => {
  const line = fc.oneof(
    fc.string(),
    fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.string()).map(([a, b, c, text]) => `${a},${b},${c},-;eth1 ${text}`),
    fc.string().map((text) => ` ${text}`),
  );
  const content = fc.oneof(
    fc.array(line).map((lines) => Buffer.from(lines.join('\n'))),
    fc.uint8Array({ maxLength: 20_000 }),
  );
  fc.assert(
    fc.property(content, (bytes) => {
      const log = logFile(bytes);
      try {
        const kept = readKernelLog(log.path, device);
        t.true(kept.length <= 3 * bytes.length + 1);
        t.true(Array.isArray(decodeHost('/dev/kmsg', kept).fields['records']));
      } finally {
        log.remove();
      }
    }),
    fuzzing(60),
  );
});
