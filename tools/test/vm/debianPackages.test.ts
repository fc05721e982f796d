import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { openDebianPackages } from '../../src/vm/debianPackages.ts';

test.serial('where there is no apt, the message says what a virtual machine needs', async (t) => {
  const scratch = mkdtempSync(join(tmpdir(), 'nicdiag-packages-'));
  const path = process.env['PATH'];
  process.env['PATH'] = scratch;
  try {
    await t.throwsAsync(openDebianPackages(scratch), {
      name: 'VmUnavailableError',
      message:
        /this is no Debian, it has no apt\. It is made of Debian's packages qemu-system-x86, busybox-static and linux-image-amd64/,
    });
  } finally {
    process.env['PATH'] = path;
    rmSync(scratch, { recursive: true });
  }
});
