import type { ChannelKind } from '../discover/device.ts';
import type { Umem } from './umem.ts';

/** fwctl scopes (uapi/fwctl). A channel is given the lowest scope the guard's class of the command needs. */
export type Scope = 0 | 1 | 2 | 3;

export interface ChannelInfo {
  readonly kind: ChannelKind;
  /** `V1` to `V4` for mlx5ctl, found by trying; the fwctl uAPI has one version, `1`. */
  readonly abi: string;
  /** User id that the driver stamps into every command of this file. */
  readonly uid: number;
  /** UCTX capability bits granted to this file (reference: 1 RAW_TX, 2 INTERNAL_DEVICE_RESOURCES, 4 TOOLS_RESOURCES). */
  readonly uctxCap: number;
  readonly maxInLength: number;
  readonly maxOutLength: number;
}

/** Where a command's mailboxes lie, in bytes. */
export interface MailboxPlace {
  readonly inAt: number;
  readonly inLength: number;
  readonly outAt: number;
  readonly outLength: number;
}

export interface CallResult {
  /** Bytes of the outbox that are valid. */
  readonly length: number;
  /** 0, or the errno of an ioctl that failed; a firmware refusal is not an errno. */
  readonly errno: number;
  /** CLOCK_MONOTONIC, nanoseconds. */
  readonly startedNs: bigint;
  readonly elapsedNs: bigint;
}

/** The restricted debug channel to one function. Calls are synchronous: it lives in a lane's worker thread. */
export interface Channel extends Disposable {
  readonly info: ChannelInfo;
  /** @throws GuardError when the command is not in the class that this channel was opened for */
  call(inbox: Uint8Array, outbox: Uint8Array, options: { readonly scope: Scope }): CallResult;
  /** The same for an inbox and an outbox that lie one behind the other in a larger memory. The result is good until the
   * next call.
   * @throws GuardError */
  callAt?(memory: Uint8Array, place: MailboxPlace, options: { readonly scope: Scope }): CallResult;
  /** Memory that the device may be told to write to. Absent where the kernel offers none (fwctl).
   * @param length bytes, up to 64 MiB; rounded up to pages
   * @throws ChannelError `MemoryFailed` with the errno */
  registerMemory?(length: number): Umem;
  /** Also ends what memory is still registered. */
  close(): void;
}
