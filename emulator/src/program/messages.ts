import type { HostProfile } from '../host/profile.ts';

/** How programs reach the devices of a host: files on FUSE, or character devices of the machine by CUSE. */
export type FrontEnd = 'fuse' | 'cuse';

export const FRONT_ENDS: readonly FrontEnd[] = ['fuse', 'cuse'];

/** What the main thread hands to the thread that owns the host's model. */
export interface HostThreadData {
  readonly fuseFd: number;
  readonly frontEnd: FrontEnd;
  readonly profile: HostProfile;
  readonly seed: number;
  readonly commandLog?: string;
  /** Paths and targets of links and placeholders that `exec` needs in the tree. */
  readonly furniture: Furniture;
  /** Counts the requests that were posted: the thread looks here instead of running an event loop. */
  readonly posted: SharedArrayBuffer;
}

/** Things in /dev and /sys that are not emulated, only there to be mounted over or followed. */
export interface Furniture {
  readonly directories: readonly string[];
  readonly files: readonly string[];
  readonly links: Readonly<Record<string, string>>;
}

export const NO_FURNITURE: Furniture = { directories: [], files: [], links: {} };

export interface ControlMessage {
  readonly id: number;
  readonly request: unknown;
}

/** A request to devlink instead of one of the control socket: bytes, and bytes come back. */
export function isDevlinkRequest(request: unknown): request is Uint8Array {
  return request instanceof Uint8Array;
}

export type ThreadMessage =
  | { readonly type: 'initialised' }
  | { readonly type: 'answer'; readonly id: number; readonly answer: unknown };
