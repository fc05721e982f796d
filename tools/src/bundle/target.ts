/** What bundles are made for: Node 24, as it is installed with them. It has `using`, which esbuild would translate: in a loop its
 * translation remembers the error of an earlier round and throws it again at the end of each later one, so that nothing
 * that is tried again ever succeeds (esbuild 0.28). */
export const BUNDLE_TARGET = { platform: 'node', target: 'node24', supported: { using: true } } as const;
