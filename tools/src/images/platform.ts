import type { DebianArchitecture } from './debian/debianLock.ts';

/** What one architecture is called, by whom. */
export interface Platform {
  /** By OCI and by Debian. */
  readonly architecture: DebianArchitecture;
  /** By Node. */
  readonly node: 'x64' | 'arm64';
}

export const PLATFORMS: readonly Platform[] = [
  { architecture: 'amd64', node: 'x64' },
  { architecture: 'arm64', node: 'arm64' },
];
