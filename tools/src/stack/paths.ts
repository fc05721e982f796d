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

export const CHART = `${REPOSITORY}charts/nicdiag`;
