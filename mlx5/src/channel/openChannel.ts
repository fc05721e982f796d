import { closeSync, constants, openSync } from 'node:fs';
import type { Impact } from '../collect/spec.ts';
import type { NicFunction } from '../discover/device.ts';
import type { Channel } from './channel.ts';
import { ChannelError, channelErrorOf } from './channelError.ts';
import { openFwctl } from './fwctl.ts';
import { createGuard, type Guard } from './guard.ts';
import { openMlx5ctl } from './mlx5ctl.ts';

const O_CLOEXEC = 0o2000000;

/** Opens the debug channel of a function for commands up to an impact. Opening makes a user context in firmware, which
 * the kernel frees when the channel is closed.
 *
 * All its calls block: use it in a lane's worker thread.
 * @throws ChannelError with the errno, what was tried and what to do */
export function openChannel(device: NicFunction, { impact }: { readonly impact: Impact }): Channel {
  return openGuarded(device, createGuard(impact));
}

/** Opens the debug channel with a guard before its commands.
 * @throws ChannelError */
export function openGuarded(device: NicFunction, guard: Guard): Channel {
  const fd = openNode(device);
  try {
    return device.kind === 'fwctl' ? openFwctl(device, fd, guard) : openMlx5ctl(device, fd, guard);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function openNode(device: NicFunction): number {
  try {
    return openSync(device.node, constants.O_RDWR | O_CLOEXEC);
  } catch (cause) {
    // libuv reports errno negated.
    const errno = cause instanceof Error && 'errno' in cause ? -Number(cause.errno) : Number.NaN;
    if (Number.isNaN(errno)) {
      throw new ChannelError('OpenFailed', `${device.node} (${device.pciAddress}) could not be opened`, { cause });
    }
    throw channelErrorOf(device, 'open', errno, cause);
  }
}
