import koffi from 'koffi';

/** The C library of the running process; its symbols are looked up once, at import. */
const libc = koffi.load(null);

/** Calls return -1 on failure; `lastErrno()` must then be read before any other call. */
export const poll: (fds: Uint8Array, count: number, timeoutMs: number) => number = libc.func('poll', 'int', [
  'void *',
  'ulong',
  'int',
]);
export const read: (fd: number, target: Uint8Array, length: number) => number = libc.func('read', 'long', [
  'int',
  'void *',
  'ulong',
]);
export const write: (fd: number, source: Uint8Array, length: number) => number = libc.func('write', 'long', [
  'int',
  'void *',
  'ulong',
]);
type ProcessVm = (
  pid: number,
  local: Uint8Array,
  localCount: number,
  remote: Uint8Array,
  remoteCount: number,
  flags: number,
) => number;
const processVmArguments = ['int', 'void *', 'ulong', 'void *', 'ulong', 'ulong'];
export const processVmReadv: ProcessVm = libc.func('process_vm_readv', 'long', processVmArguments);
export const processVmWritev: ProcessVm = libc.func('process_vm_writev', 'long', processVmArguments);

export const capget: (header: Uint8Array, data: Uint8Array) => number = libc.func('capget', 'int', [
  'void *',
  'void *',
]);

export const mount: (source: string, target: string, type: string, flags: number, data: string) => number = libc.func(
  'mount',
  'int',
  ['str', 'str', 'str', 'ulong', 'str'],
);
export const umount2: (target: string, flags: number) => number = libc.func('umount2', 'int', ['str', 'int']);

export function lastErrno(): number {
  return koffi.errno();
}

/** Address of a buffer's first byte. It stays the same as long as the buffer lives: V8 does not move the memory of
 * an off-heap ArrayBuffer. */
export function addressOf(bytes: Uint8Array): bigint {
  return BigInt(koffi.address(bytes));
}
