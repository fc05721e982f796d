import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { ChannelError } from '../../src/channel/channelError.ts';
import { ERRNO } from '../../src/channel/errno.ts';
import { openChannel } from '../../src/channel/openChannel.ts';
import type { ChannelKind, NicFunction } from '../../src/discover/device.ts';

const directory = mkdtempSync(join(tmpdir(), 'nicdiag-channel-'));
test.after.always(() => rmSync(directory, { recursive: true }));

function device(kind: ChannelKind, node: string): NicFunction {
  return {
    kind,
    node,
    pciAddress: '0000:03:00.0',
    asic: '0000:03:00',
    function: 'PF',
    deviceId: 0x1021,
    model: 'ConnectX-7',
    netdevs: [],
    rdmaDevices: [],
    vfs: [],
    subfunctions: [],
    link: 'Unknown',
  };
}

for (const kind of ['mlx5ctl', 'fwctl'] as const) {
  test(`${kind}: a node that is not there says so, with the errno and what to do`, (t) => {
    const error = t.throws(() => openChannel(device(kind, join(directory, 'none')), { impact: 'ReadOnly' }), {
      instanceOf: ChannelError,
    });
    t.like(error, { code: 'OpenFailed', errno: ERRNO.ENOENT });
    t.regex(error.message, /none \(0000:03:00\.0\) could not be opened: ENOENT: .*scan again/);
  });

  test(`${kind}: a file that knows no such ioctl is refused as what it is`, (t) => {
    const node = join(directory, `${kind}-plain`);
    writeFileSync(node, '');
    const error = t.throws(() => openChannel(device(kind, node), { impact: 'ReadOnly' }), { instanceOf: ChannelError });
    t.like(error, { code: 'InfoFailed', errno: ERRNO.ENOTTY });
    t.regex(error.message, /did not answer its INFO ioctl: ENOTTY/);
  });
}
