import test from 'ava';
import { mountsBelow } from '../../src/nursery/procfs.ts';

const MOUNTINFO = `22 1 259:1 / / rw,relatime - ext4 /dev/root rw
30 22 0:30 / /tmp/nicdiag-stack-a/hosts/gpu-a rw - fuse emulator rw
31 30 0:31 / /tmp/nicdiag-stack-a/hosts/gpu-a/dev rw - fuse emulator rw
32 22 0:32 / /tmp/nicdiag-stack-ab rw - fuse emulator rw
33 22 0:33 / /tmp/nicdiag-stack-a/with\\040blank rw - tmpfs none rw
`;

test('mounts below a directory come deepest first, those of a longer name not at all', (t) => {
  t.deepEqual(mountsBelow('/tmp/nicdiag-stack-a', MOUNTINFO), [
    '/tmp/nicdiag-stack-a/hosts/gpu-a/dev',
    '/tmp/nicdiag-stack-a/hosts/gpu-a',
    '/tmp/nicdiag-stack-a/with blank',
  ]);
});
