/** Gives pages that the C library keeps for later back to the kernel. They lie between what is in use, 10 to 20 MiB after
 * a large capture, and nothing else frees them.
 * @returns whether there were any */
export async function trimMemory(): Promise<boolean> {
  // Only now: an agent that was never asked for anything needs no foreign functions in this thread.
  const { default: koffi } = await import('koffi');
  const mallocTrim: (keep: number) => number = koffi.load('libc.so.6').func('malloc_trim', 'int', ['ulong']);
  return mallocTrim(0) === 1;
}
