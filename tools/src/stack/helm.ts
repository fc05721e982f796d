import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import type { Cluster } from '../cluster/cluster.ts';

export class ChartError extends Error {
  override readonly name = 'ChartError';
  readonly code = 'Chart';
}

/** Runs helm as the cluster's administrator, with directories of the cluster's own: it would otherwise read and write below the home
 * directory.
 * @param args e.g. `['install', 'nicdiag', chart]`
 * @param values content of values files, as JSON or YAML; a later one goes before an earlier
 * @returns what it printed
 * @throws ChartError with helm's message */
export async function runHelm(
  cluster: Cluster,
  args: readonly string[],
  values: readonly string[] = [],
): Promise<string> {
  const home = `${cluster.nursery.directory}/helm`;
  mkdirSync(home, { recursive: true });
  const directory = mkdtempSync(`${home}/values-`);
  const files = values.map((content, index) => {
    writeFileSync(`${directory}/${index}.yaml`, content);
    return `--values=${directory}/${index}.yaml`;
  });
  const child = spawn(cluster.binaries.helm, [...args, `--kubeconfig=${cluster.kubeconfig}`, ...files], {
    env: { ...process.env, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new ChartError(`helm ${args.join(' ')} failed: ${Buffer.concat(stderr).toString().trim()}`);
  return Buffer.concat(stdout).toString();
}
