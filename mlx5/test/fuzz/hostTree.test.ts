import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { fuzzing, fuzzTimeoutMs } from '../../../tools/src/fuzz/fuzzing.ts';
import { discoverDevices } from '../../src/discover/discoverDevices.ts';

const PCI = 'sys/devices/pci0000:00/0000:03:00.0';

/** Files that discovery looks at. */
const PATHS = [
  'dev/mlx5ctl-mlx5_core.ctl.0',
  'dev/mlx5ctl-',
  'dev/mlx5ctl-__proto__',
  'dev/fwctl/fwctl0',
  'dev/fwctl/fwctlx',
  `${PCI}/vendor`,
  `${PCI}/device`,
  `${PCI}/numa_node`,
  `${PCI}/virtfn0`,
  `${PCI}/physfn`,
  `${PCI}/mlx5_core.ctl.0/uevent`,
  'sys/bus/pci/devices/0000:03:00.0',
  'sys/bus/auxiliary/devices/mlx5_core.ctl.0',
  'sys/class/fwctl/fwctl0/device',
  'sys/class/net/eth0/device',
  'sys/class/net/eth0/operstate',
  'sys/class/infiniband/mlx5_0/device',
] as const;

const content = fc.oneof(
  fc.constantFrom('0x15b3\n', '0x1021\n', '-1\n', '', 'up\n', '99999999999999999999', '0x', '\u0000'),
  fc.string({ maxLength: 40 }),
);
const target = fc.constantFrom(
  `../../../devices/pci0000:00/0000:03:00.0`,
  '../../../devices/pci0000:00/0000:03:00.0/mlx5_core.ctl.0',
  '/',
  '..',
  '.',
  'device',
  '../../../../../../../../etc/passwd',
  '/sys/class/net/eth0/device',
);
const node = fc.oneof(
  fc.record({ kind: fc.constant('file' as const), content }),
  fc.record({ kind: fc.constant('link' as const), content: target }),
  fc.record({ kind: fc.constant('folder' as const), content: fc.constant('') }),
);

test('whatever a host has in /dev and /sys, its devices are found, or none', (t) => {
  t.timeout(fuzzTimeoutMs());
  const base = mkdtempSync(join(tmpdir(), 'nicdiag-tree-'));
  let run = 0;
  try {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(fc.constantFrom(...PATHS), node), { selector: ([path]) => path }), (tree) => {
        run += 1;
        const root = join(base, String(run));
        mkdirSync(root);
        for (const [path, made] of tree) plant(join(root, path), made);
        for (const { pciAddress, node: found, link } of discoverDevices({ hostRoot: root })) {
          assert.match(pciAddress, /^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/);
          assert.ok(found.startsWith(`${root}/dev/`), found);
          assert.ok(['Up', 'Down', 'Unknown'].includes(link), link);
        }
        rmSync(root, { recursive: true });
      }),
      fuzzing(120),
    );
    t.pass();
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
});

/** What cannot be made because of what is there already is left out. */
function plant(path: string, { kind, content: text }: { readonly kind: string; readonly content: string }): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (kind === 'file') writeFileSync(path, text);
    else if (kind === 'link') symlinkSync(text, path);
    else mkdirSync(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}
