import { posix } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { relativeLink } from '../../src/host/sysfs/paths.ts';

const path = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 5 }).map((names) => names.join('/'));

test('a relative link leads to what it points to', (t) => {
  fc.assert(fc.property(path, path, (from, to) => posix.join(posix.dirname(from), relativeLink(from, to)) === to));
  t.pass();
});

test('links are as short as those of the kernel', (t) => {
  t.is(relativeLink('sys/class/net/e0', 'sys/devices/pci0/net/e0'), '../../devices/pci0/net/e0');
});
