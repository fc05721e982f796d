/** Gives memory that is kept for later back to the kernel: pages of V8's heaps, where Node was started with `--expose-gc`,
 * and those of the C library. The latter lie between what is in use, 10 to 20 MiB after a large capture, and nothing else
 * frees them. The thread stands still for some 50 ms.
 * @returns whether the C library had any */
export async function trimMemory(): Promise<boolean> {
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  // Only now: an agent that was never asked for anything needs no foreign functions in this thread.
  const { default: koffi } = await import('koffi');
  const mallocTrim: (keep: number) => number = koffi.load('libc.so.6').func('malloc_trim', 'int', ['ulong']);
  return mallocTrim(0) === 1;
}
