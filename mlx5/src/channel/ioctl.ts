import koffi from 'koffi';

/** ioctl(2). Declared without its variadic tail: the calling convention is the same on x86-64 and AArch64.
 * Calls are synchronous and so belong into a lane's worker thread: the asynchronous ones of koffi cost 22–41 µs, occupy
 * libuv's pool and do not pin their buffers. */
const libc = koffi.load('libc.so.6');
const nativeIoctl: (fd: number, request: number, argument: Uint8Array) => number = libc.func(
  'int ioctl(int, unsigned long, void *)',
);
const nativeIoctlOfNumber: (fd: number, request: number, argument: number | bigint) => number = libc.func(
  'ioctl',
  'int',
  ['int', 'ulong', 'ulong'],
);

/** @returns 0 or the errno. `argument` is the structure of the request, which the kernel may write. */
export function ioctl(fd: number, request: number, argument: Uint8Array): number {
  return nativeIoctl(fd, request, argument) < 0 ? koffi.errno() : 0;
}

/** For requests whose argument is a number itself and no address.
 * @returns 0 or the errno */
export function ioctlOfNumber(fd: number, request: number, argument: number): number {
  return nativeIoctlOfNumber(fd, request, argument) < 0 ? koffi.errno() : 0;
}

/** A structure that is the argument of one ioctl after another. */
export interface IoctlStructure {
  readonly fields: DataView;
  /** @returns 0 or the errno */
  ioctl(fd: number, request: number): number;
}

/** The structure does not move, so that its address is asked for once. */
export function createIoctlStructure(bytes: number): IoctlStructure {
  // Not a typed array by itself: small ones lie on the heap of JavaScript, where they may move.
  const memory = new ArrayBuffer(bytes);
  const address = koffi.address(new Uint8Array(memory));
  return {
    fields: new DataView(memory, 0, bytes),
    ioctl: (fd, request) => (nativeIoctlOfNumber(fd, request, address) < 0 ? koffi.errno() : 0),
  };
}

/** Writes the address of a buffer's bytes into a structure that points to it, in host order. It holds while the buffer is
 * referenced: keep it referenced until the ioctl has come back.
 * @param offset of the bytes that are meant in `bytes` */
export function setAddress(structure: DataView, at: number, bytes: Uint8Array, offset = 0): void {
  const address = startOf(bytes.buffer) + bytes.byteOffset + offset;
  // Taken modulo 2^32.
  structure.setUint32(at, address, true);
  structure.setUint32(at + 4, address / 2 ** 32, true);
}

/** The commands of a lane take their memory from few blocks, and asking for an address costs more than all the rest. */
let lastMemory: ArrayBufferLike | undefined;
let lastStart = 0;

/** User addresses have at most 52 bits on the machines that this runs on: a number holds them exactly. */
function startOf(memory: ArrayBufferLike): number {
  if (memory !== lastMemory) {
    lastStart = Number(koffi.address(new Uint8Array(memory)));
    lastMemory = memory;
  }
  return lastStart;
}
