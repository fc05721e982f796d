/** A Pod's volumes lie below one directory here, each where it is mounted in the container. So a path of the container
 * is the same path below that directory, when a volume has it; other paths are those of an image, which here is this
 * machine.
 * @param path absolute, in the container
 * @returns whether it is at, below or above a mount point */
export function belongsToVolume(path: string, mountPaths: readonly string[]): boolean {
  const within = (inner: string, outer: string): boolean =>
    inner === outer || inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`);
  return mountPaths.some((mountPath) => within(path, mountPath) || within(mountPath, path));
}

/** Leads an argument or a variable's value to the Pod's directory: a path, or the path in `--flag=path`. Everything
 * else, and every path of the image, stays as it is. */
export function placeValue(value: string, root: string, mountPaths: readonly string[]): string {
  const [, flag = '', path = ''] = /^(--[\w-]+=)?(\/.*)$/s.exec(value) ?? [];
  return path !== '' && belongsToVolume(path, mountPaths) ? flag + root + path : value;
}
