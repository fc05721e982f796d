/* Tests of the emulator's character devices, for a machine of one's own: as root, with the kernel's fuse and cuse modules.
 * In this order; the last ones end the host that all have in common. */
await import('./nodes.ts');
await import('./drivers.ts');
await import('./library.ts');
await import('./faults.ts');
await import('./ends.ts');
