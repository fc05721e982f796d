import { createRequire } from 'node:module';
import { REPOSITORY } from '../stack/paths.ts';

export type CheckName = 'types' | 'lint' | 'packages' | 'unit' | 'vm' | 'images' | 'integration' | 'e2e' | 'pulumi';

export interface Check {
  readonly title: string;
  /** `exit`: one check that passes or fails as a whole. `tap`: a stream of results. */
  readonly kind: 'exit' | 'tap';
  readonly command: readonly [string, ...string[]];
  /** Files that are tested, for ava. */
  readonly patterns: readonly string[];
  /** What must be there: emulated devices, which are mounted in a namespace of its own; the programs of a control plane
   * besides; or those of nodes, too. */
  readonly needs: 'nothing' | 'devices' | 'control plane' | 'nodes';
  /** Whether it belongs to a run that names no check. */
  readonly byDefault: boolean;
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
    needs: 'nothing',
    byDefault: true,
  },
  lint: {
    title: 'lint and format',
    kind: 'exit',
    command: [process.execPath, binary('@biomejs/biome', 'bin/biome'), 'check', '--error-on-warnings'],
    patterns: [],
    needs: 'nothing',
    byDefault: true,
  },
  packages: {
    title: 'what the lockfile would install',
    kind: 'exit',
    command: [process.execPath, `${REPOSITORY}tools/src/supplyChain/main.ts`],
    patterns: [],
    needs: 'nothing',
    byDefault: true,
  },
  unit: {
    title: 'tests of the packages',
    kind: 'tap',
    command: [process.execPath, AVA, '--tap', IDLE],
    // The Pulumi component has dependencies of its own.
    patterns: ['*/test/**/*.test.ts', '!pulumi/**'],
    needs: 'devices',
    byDefault: true,
  },
  vm: {
    title: 'tests in a virtual machine',
    kind: 'tap',
    command: [process.execPath, `${REPOSITORY}test/vm/main.ts`],
    patterns: [],
    needs: 'nothing',
    byDefault: false,
  },
  images: {
    title: 'tests of images and release',
    kind: 'tap',
    // Each builds images, and the release of them takes both processors.
    command: [process.execPath, AVA, '--tap', '--timeout=20m', '--concurrency=1'],
    patterns: ['test/images/**/*.test.ts'],
    needs: 'control plane',
    byDefault: false,
  },
  integration: {
    title: 'integration tests',
    kind: 'tap',
    command: [process.execPath, AVA, '--tap', IDLE],
    patterns: ['test/integration/**/*.test.ts'],
    needs: 'control plane',
    byDefault: true,
  },
  e2e: {
    title: 'tests on a cluster with real nodes',
    kind: 'tap',
    // A file is a cluster: two of them at once would be slower than one after the other.
    command: [process.execPath, AVA, '--tap', '--timeout=10m', '--concurrency=1'],
    patterns: ['test/e2e/**/*.test.ts'],
    needs: 'nodes',
    byDefault: false,
  },
  pulumi: {
    title: 'tests of the Pulumi component',
    kind: 'tap',
    command: [process.execPath, AVA, '--tap', IDLE],
    patterns: ['pulumi/test/**/*.test.ts'],
    needs: 'nothing',
    byDefault: false,
  },
};

function binary(packageName: string, path: string): string {
  const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`);
  return manifest.replace(/package\.json$/, path);
}
