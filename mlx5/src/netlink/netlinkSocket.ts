import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';
import type { NetlinkSocket } from './exchange.ts';
import { MESSAGE_HEADER_BYTES } from './messages.ts';
import { malformed, NetlinkError, systemError } from './netlinkError.ts';

/** Where devlink answers. The kernel has one answer for each network namespace. */
export interface DevlinkAccess {
  /** Path of a Unix stream socket that speaks the kernel's messages, where netlink cannot be had. Default: netlink. */
  readonly socket?: string;
  /** Path of the network namespace to ask in, e.g. `/host/proc/1/ns/net`. Default: this process's own. */
  readonly networkNamespace?: string;
}

const libc = koffi.load('libc.so.6');
const nativeSocket: (family: number, type: number, protocol: number) => number = libc.func('int socket(int, int, int)');
const nativeConnect: (fd: number, address: Uint8Array, length: number) => number = libc.func(
  'int connect(int, void *, uint32_t)',
);
const nativeSetOption: (fd: number, level: number, name: number, value: Uint8Array, length: number) => number =
  libc.func('int setsockopt(int, int, int, void *, uint32_t)');
const nativeSend: (fd: number, bytes: Uint8Array, length: number, flags: number) => number = libc.func(
  'long send(int, void *, size_t, int)',
);
const nativeReceive: (fd: number, bytes: Uint8Array, length: number, flags: number) => number = libc.func(
  'long recv(int, void *, size_t, int)',
);
const nativePoll: (descriptors: Uint8Array, count: number, timeoutMs: number) => number = libc.func(
  'int poll(void *, unsigned long, int)',
);
const nativeClose: (fd: number) => number = libc.func('int close(int)');
const nativeSetNamespace: (fd: number, type: number) => number = libc.func('int setns(int, int)');

/** @source include/linux/socket.h, include/uapi/linux/netlink.h, asm-generic/socket.h */
const AF_UNIX = 1;
const AF_NETLINK = 16;
const SOCK_STREAM = 1;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0x8_0000;
const NETLINK_GENERIC = 16;
const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;
const SOL_NETLINK = 270;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const MSG_DONTWAIT = 0x40;
const MSG_TRUNC = 0x20;
const MSG_NOSIGNAL = 0x4000;
const CLONE_NEWNET = 0x4000_0000;
const POLLIN = 1;
const EINTR = 4;
const EAGAIN = 11;
const ECONNRESET = 104;

/** More than the kernel puts into one part of an answer (32 KiB). */
const PART_BYTES = 256 * 1024;
/** An answer that is not asked for piece by piece lies in the socket whole: the default of 208 KiB is little for the
 * queues of a large port. */
const BUFFER_BYTES = 4 * 1024 * 1024;

/** Opens the way to devlink. All calls are synchronous and belong into a lane's worker thread.
 * @throws NetlinkError */
export function openNetlinkSocket({ socket, networkNamespace }: DevlinkAccess): NetlinkSocket {
  if (socket !== undefined) return openStream(socket);
  return networkNamespace === undefined ? openKernel() : inNamespace(networkNamespace, openKernel);
}

/** Namespaces are a thread's own, and a socket stays in the one that it was made in. */
function inNamespace<T>(path: string, open: () => T): T {
  const own = openNamespace('/proc/thread-self/ns/net');
  try {
    const other = openNamespace(path);
    try {
      enter(other, path);
    } finally {
      closeSync(other);
    }
    try {
      return open();
    } finally {
      enter(own, 'its own network namespace');
    }
  } finally {
    closeSync(own);
  }
}

function openNamespace(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    const errno = error instanceof Error && 'errno' in error ? -Number(error.errno) : 0;
    throw systemError(`opening ${path}`, errno);
  }
}

function enter(fd: number, name: string): void {
  if (nativeSetNamespace(fd, CLONE_NEWNET) < 0) throw systemError(`entering ${name}`, koffi.errno());
}

function openKernel(): NetlinkSocket {
  // sockaddr_nl of the kernel: family, padding, port 0, no groups.
  const address = new Uint8Array(12);
  address[0] = AF_NETLINK;
  const fd = connected('netlink', AF_NETLINK, SOCK_RAW, NETLINK_GENERIC, address);
  // Without privilege the buffer stays small; older kernels know no sentences beside their errors. Both are no harm.
  setOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES);
  setOption(fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
  setOption(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
  const buffer = new Uint8Array(PART_BYTES);
  return {
    ...sending(fd),
    receive(withinMs) {
      if (!readable(fd, withinMs)) return undefined;
      const length = receiveInto(fd, buffer, MSG_TRUNC);
      if (length > buffer.length) throw new NetlinkError('TooLong', `a part of ${length} bytes`);
      return length < 0 ? undefined : buffer.slice(0, length);
    },
  };
}

/** A stream has no borders between messages but their lengths. */
function openStream(path: string): NetlinkSocket {
  const name = Buffer.from(path);
  // sockaddr_un: family, path, NUL.
  const address = new Uint8Array(2 + name.length + 1);
  address[0] = AF_UNIX;
  address.set(name, 2);
  const fd = connected(path, AF_UNIX, SOCK_STREAM, 0, address);
  let had = new Uint8Array(0);

  /** @returns a whole message, if there is one */
  function next(): Uint8Array | undefined {
    if (had.length < MESSAGE_HEADER_BYTES) return undefined;
    const length = new DataView(had.buffer, had.byteOffset).getUint32(0, true);
    if (length < MESSAGE_HEADER_BYTES || length > PART_BYTES) throw malformed(`a message claims ${length} bytes`);
    if (had.length < length) return undefined;
    const message = had.slice(0, length);
    // On a stream messages are padded as in a part.
    had = had.slice(Math.min(had.length, (length + 3) & ~3));
    return message;
  }

  return {
    ...sending(fd),
    receive(withinMs) {
      const deadline = performance.now() + withinMs;
      for (;;) {
        const message = next();
        if (message !== undefined) return message;
        const left = deadline - performance.now();
        if (left <= 0 || !readable(fd, left)) return undefined;
        const buffer = new Uint8Array(PART_BYTES);
        const length = receiveInto(fd, buffer, 0);
        if (length === 0) throw systemError(`${path} was closed`, ECONNRESET);
        if (length > 0) had = Uint8Array.from(Buffer.concat([had, buffer.subarray(0, length)]));
      }
    },
  };
}

function connected(what: string, family: number, type: number, protocol: number, address: Uint8Array): number {
  const fd = nativeSocket(family, type | SOCK_CLOEXEC, protocol);
  if (fd < 0) throw systemError(`opening a socket for ${what}`, koffi.errno());
  if (nativeConnect(fd, address, address.length) < 0) {
    const errno = koffi.errno();
    nativeClose(fd);
    throw systemError(`connecting to ${what}`, errno);
  }
  return fd;
}

function setOption(fd: number, level: number, name: number, value: number): void {
  const bytes = Uint8Array.from(Buffer.from(Int32Array.of(value).buffer));
  nativeSetOption(fd, level, name, bytes, bytes.length);
}

function sending(fd: number): Pick<NetlinkSocket, 'send' | 'close'> {
  return {
    send(message) {
      // Requests are far shorter than what any socket takes at once.
      if (nativeSend(fd, message, message.length, MSG_NOSIGNAL) < 0) throw systemError('sending', koffi.errno());
    },
    close: () => void nativeClose(fd),
  };
}

function readable(fd: number, withinMs: number): boolean {
  // struct pollfd: descriptor, wanted and given events.
  const descriptor = new DataView(new ArrayBuffer(8));
  descriptor.setInt32(0, fd, true);
  descriptor.setInt16(4, POLLIN, true);
  const count = nativePoll(new Uint8Array(descriptor.buffer), 1, Math.ceil(withinMs));
  if (count < 0 && koffi.errno() !== EINTR) throw systemError('waiting for an answer', koffi.errno());
  return count > 0;
}

/** @returns the length of what came, -1 for nothing after all */
function receiveInto(fd: number, buffer: Uint8Array, flags: number): number {
  const length = nativeReceive(fd, buffer, buffer.length, flags | MSG_DONTWAIT);
  if (length >= 0) return length;
  const errno = koffi.errno();
  if (errno === EAGAIN || errno === EINTR) return -1;
  throw systemError('receiving', errno);
}
