import type { NicFunction } from '../discover/device.ts';
import { type ChannelStep, explainErrno } from './errno.ts';

/** - `OpenFailed`, `InfoFailed`, `MemoryFailed`: a system call failed, `errno` says how
 * - `WrongDevice`: the node belongs to another vendor's device
 * - `Closed`: the channel was used after `close()` */
export type ChannelErrorCode = 'OpenFailed' | 'InfoFailed' | 'MemoryFailed' | 'WrongDevice' | 'Closed';

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

const FAILURES: Readonly<
  Record<Exclude<ChannelStep, 'command'>, { readonly code: ChannelErrorCode; readonly what: string }>
> = {
  open: { code: 'OpenFailed', what: 'could not be opened' },
  info: { code: 'InfoFailed', what: 'did not answer its INFO ioctl' },
  memory: { code: 'MemoryFailed', what: 'did not take memory for the device to write to' },
};

/** The error for a system call that failed on a device's node. */
export function channelErrorOf(
  device: NicFunction,
  step: Exclude<ChannelStep, 'command'>,
  errno: number,
  cause?: unknown,
): ChannelError {
  const { name, meaning } = explainErrno(device.kind, errno, step);
  const { code, what } = FAILURES[step];
  return new ChannelError(code, `${device.node} (${device.pciAddress}) ${what}: ${name}: ${meaning}`, { errno, cause });
}
