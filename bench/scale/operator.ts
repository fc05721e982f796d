import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, type Cluster, freePort } from '@nicdiag/tools';
import { build } from 'esbuild';
import { parseSamples, type Samples } from './metrics.ts';

const MAIN = fileURLToPath(new URL('../../operator/src/main.ts', import.meta.url));
const PATIENCE_MS = 60_000;

export interface OperatorProcess {
  readonly child: Child;
  metrics(): Promise<Samples>;
}

/** One file, as in an image: the compiler of types and hundreds of modules would be measured otherwise. */
export async function bundleOperator(directory: string): Promise<string> {
  const outfile = join(directory, 'operator.mjs');
  await build({
    entryPoints: [MAIN],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    supported: { using: true },
    sourcemap: 'linked',
    logLevel: 'error',
    // CommonJS packages in an ESM bundle ask for require.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  return outfile;
}

export interface OperatorOptions {
  readonly cluster: Cluster;
  readonly program: string;
  readonly sealUrl: string;
  /** directory for a CPU profile, which is written when the process ends */
  readonly profile: string | undefined;
  /** options of Node, as the chart gives them */
  readonly nodeOptions: readonly string[];
}

/** Starts the operator with its own identity and waits until it leads. */
export async function startOperator(options: OperatorOptions): Promise<OperatorProcess> {
  const { cluster, program, sealUrl, profile, nodeOptions } = options;
  const { token } = await cluster.boundToken({ namespace: 'nicdiag-system', serviceAccount: 'nicdiag-operator' });
  const port = await freePort();
  const artifactsToken = join(cluster.nursery.directory, 'artifacts-token');
  writeFileSync(artifactsToken, 'not checked by the stand-in');
  if (profile) mkdirSync(profile, { recursive: true });
  const child = cluster.nursery.spawn('operator', [
    process.execPath,
    ...nodeOptions,
    ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : []),
    program,
    `--kubeconfig=${cluster.writeKubeconfig('operator', { token })}`,
    `--artifacts-url=${sealUrl}`,
    `--artifacts-ca=${cluster.caFile}`,
    `--artifacts-token-file=${artifactsToken}`,
    `--listen=127.0.0.1:${port}`,
  ]);
  const operator: OperatorProcess = {
    child,
    async metrics() {
      const response = await fetch(`http://127.0.0.1:${port}/metrics`);
      return parseSamples(await response.text());
    },
  };
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await leads(operator))) {
    if (!child.isRunning() || Date.now() > deadline) throw new Error(`the operator does not lead:\n${child.tail()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return operator;
}

async function leads(operator: OperatorProcess): Promise<boolean> {
  const samples = await operator.metrics().catch(() => undefined);
  return [...(samples ?? [])].some(([key, value]) => key.startsWith('leader_election_master_status') && value === 1);
}
