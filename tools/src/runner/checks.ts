import { createRequire } from 'node:module';
import { REPOSITORY } from '../stack/paths.ts';

export type CheckName = 'types' | 'lint' | 'unit' | 'integration';

export interface Check {
  readonly title: string;
  /** `exit`: one check that passes or fails as a whole. `tap`: a stream of results. */
  readonly kind: 'exit' | 'tap';
  readonly command: readonly [string, ...string[]];
  /** Files that are tested, for ava. */
  readonly patterns: readonly string[];
  /** Whether it runs programs that the control plane consists of, and mounts devices. */
  readonly needsControlPlane: boolean;
}

const AVA = `${REPOSITORY}node_modules/ava/entrypoints/cli.js`;

/** A test that waits for a deadline of minutes says nothing meanwhile. */
const IDLE = '--timeout=5m';

/** In the order in which they run: what fails fastest first. */
export const CHECKS: Readonly<Record<CheckName, Check>> = {
  types: {
    title: 'type check',
    kind: 'exit',
    command: [process.execPath, binary('typescript', 'bin/tsc'), '-p', 'tsconfig.json'],
    patterns: [],
    needsControlPlane: false,
  },
  lint: {
    title: 'lint and format',
    kind: 'exit',
    command: [process.execPath, binary('@biomejs/biome', 'bin/biome'), 'check', '--error-on-warnings'],
    patterns: [],
    needsControlPlane: false,
  },
  unit: {
    title: 'tests of the packages',
    kind: 'tap',
    command: [process.execPath, AVA, '--tap', IDLE],
    patterns: ['*/test/**/*.test.ts'],
    needsControlPlane: false,
  },
  integration: {
    title: 'integration tests',
    kind: 'tap',
    command: [process.execPath, AVA, '--tap', IDLE],
    patterns: ['test/**/*.test.ts'],
    needsControlPlane: true,
  },
};

function binary(packageName: string, path: string): string {
  const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`);
  return manifest.replace(/package\.json$/, path);
}
