/** A virtual machine cannot be had here; nothing is known about what was to run in it. */
export class VmUnavailableError extends Error {
  override readonly name = 'VmUnavailableError';
  readonly code = 'VmUnavailable';

  constructor(reason: string, options?: ErrorOptions) {
    super(
      `no virtual machine can be had: ${reason}. It is made of Debian's packages qemu-system-x86, busybox-static and ` +
        'linux-image-amd64, which are fetched by apt and unpacked into the cache: run this on Debian 12 or newer ' +
        '(x86-64) whose apt reaches its sources; it need not be root there',
      options,
    );
  }
}
