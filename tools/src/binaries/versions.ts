import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** What tools/go.mod pins; the one place where the versions of the control plane are written. */
export interface Versions {
  /** e.g. `1.36.3` */
  readonly kubernetes: string;
  /** e.g. `3.6.16` */
  readonly etcd: string;
  /** Lowest Go that builds them, e.g. `1.26.0` */
  readonly go: string;
}

export class GoModError extends Error {
  override readonly name = 'GoModError';
  readonly code = 'GoMod';
  constructor(wanted: string) {
    super(`tools/go.mod names no ${wanted}; restore the file, it pins the versions of the control plane`);
  }
}

/** @throws GoModError */
export function parseVersions(goMod: string): Versions {
  const find = (pattern: RegExp, wanted: string): string => {
    const found = pattern.exec(goMod)?.[1];
    if (found === undefined) throw new GoModError(wanted);
    return found;
  };
  return {
    kubernetes: find(/^\s*k8s\.io\/kubernetes v(\S+)/m, 'k8s.io/kubernetes'),
    etcd: find(/^\s*go\.etcd\.io\/etcd\/server\/v3 v(\S+)/m, 'go.etcd.io/etcd/server/v3'),
    go: find(/^go (\S+)$/m, 'go directive'),
  };
}

/** Names the cache directory: other versions or other dependencies never meet the same binaries.
 * @param goSum content of go.sum and of our own programs, so that a changed dependency at the same versions builds anew */
export function cacheKey(versions: Versions, goSum: string): string {
  const sum = createHash('sha256').update(goSum).digest('hex').slice(0, 12);
  return `k8s-${versions.kubernetes}-etcd-${versions.etcd}-${sum}`;
}

/** @returns negative, zero or positive as `left` is older than, the same as or newer than `right` (`1.26.8`) */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [left, right].map((version) => version.split('.').map(Number));
  for (let part = 0; part < 3; part++) {
    const difference = (a?.[part] ?? 0) - (b?.[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Directory of go.mod: `tools/`. */
export const TOOLS_DIRECTORY = new URL('../../', import.meta.url);

export function readVersions(): { readonly versions: Versions; readonly key: string } {
  const versions = parseVersions(readFileSync(new URL('go.mod', TOOLS_DIRECTORY), 'utf8'));
  const sources = ['go.sum', 'helm/go.sum', 'coredns/go.sum', 'coredns/main.go', 'pause/main.go'];
  const sums = sources.map((file) => readFileSync(new URL(file, TOOLS_DIRECTORY), 'utf8'));
  return { versions, key: cacheKey(versions, sums.join('')) };
}
