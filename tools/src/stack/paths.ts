import { fileURLToPath } from 'node:url';

/** The checkout. */
export const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/** Entry points of the programs that a stack consists of. */
export const MAIN = {
  emulator: `${REPOSITORY}emulator/src/main.ts`,
  nodeAgent: `${REPOSITORY}node-agent/src/main.ts`,
  operator: `${REPOSITORY}operator/src/main.ts`,
  artifactServer: `${REPOSITORY}artifact-server/src/main.ts`,
  cli: `${REPOSITORY}cli/src/main.ts`,
} as const;

/** Entry points of an image's programs, by their names on its PATH: the `command` of the chart's containers. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  'nicdiag-agent': MAIN.nodeAgent,
  'nicdiag-operator': MAIN.operator,
  'nicdiag-artifact-server': MAIN.artifactServer,
};

export const CHART = `${REPOSITORY}charts/nicdiag`;
