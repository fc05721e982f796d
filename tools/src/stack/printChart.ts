import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChartError } from './helm.ts';
import { CHART } from './paths.ts';

/** What `helm template` prints for these values, without the Pods of `helm test`. No cluster is asked.
 * @param helm path of the program
 * @throws ChartError with helm's message */
export function printChart(helm: string, values: unknown): string {
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-chart-'));
  try {
    writeFileSync(join(directory, 'values.json'), JSON.stringify(values));
    const args = ['template', 'nicdiag', CHART, '--skip-tests', `--values=${directory}/values.json`];
    const env = { ...process.env, HELM_CACHE_HOME: directory, HELM_CONFIG_HOME: directory, HELM_DATA_HOME: directory };
    const { status, stdout, stderr } = spawnSync(helm, args, { env, encoding: 'utf8', maxBuffer: 2 ** 26 });
    if (status !== 0) throw new ChartError(`helm template of ${CHART} failed: ${stderr.trim()}`);
    return stdout;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
