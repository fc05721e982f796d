import type { NicFunction } from '../discover/device.ts';
import { type ChannelStep, explainErrno } from './errno.ts';

/** - `OpenFailed`, `InfoFailed`: a system call failed, `errno` says how
 * - `WrongDevice`: the node belongs to another vendor's device
 * - `Closed`: the channel was used after `close()` */
export type ChannelErrorCode = 'OpenFailed' | 'InfoFailed' | 'WrongDevice' | 'Closed';

/** A channel could not be opened or used. */
export class ChannelError extends Error {
  readonly code: ChannelErrorCode;
  /** 0 where no system call failed. */
  readonly errno: number;
  constructor(code: ChannelErrorCode, message: string, options: ErrorOptions & { readonly errno?: number } = {}) {
    super(message, options);
    this.name = 'ChannelError';
    this.code = code;
    this.errno = options.errno ?? 0;
  }
}

/** The error for a system call that failed on a device's node. */
export function channelErrorOf(
  device: NicFunction,
  step: Exclude<ChannelStep, 'command'>,
  errno: number,
  cause?: unknown,
): ChannelError {
  const { name, meaning } = explainErrno(device.kind, errno);
  const tried = step === 'open' ? 'could not be opened' : 'did not answer its INFO ioctl';
  const message = `${device.node} (${device.pciAddress}) ${tried}: ${name}: ${meaning}`;
  return new ChannelError(step === 'open' ? 'OpenFailed' : 'InfoFailed', message, { errno, cause });
}
