import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { makeArchive } from '../plugin/archive.ts';
import { CHART, REPOSITORY } from '../stack/paths.ts';

export interface ChartArchive {
  /** As helm names it: `nicdiag-0.1.0.tgz`. */
  readonly name: string;
  readonly content: Uint8Array;
}

/** Packs the chart as `helm package` does, links followed, and the same bytes each time.
 * @param appVersion of the images that it must install
 * @throws Error when it installs others, and when the chart has files that git does not: no commit would name them */
export async function chartArchive(appVersion: string): Promise<ChartArchive> {
  const chart = load(readFileSync(join(CHART, 'Chart.yaml'), 'utf8')) as Readonly<Record<string, unknown>>;
  if (chart['appVersion'] !== appVersion)
    throw new Error(`charts/nicdiag/Chart.yaml installs ${chart['appVersion']}, and package.json says ${appVersion}`);
  const strays = strayFiles();
  if (strays.length > 0)
    throw new Error(`git does not know ${strays.join(', ')}: add or remove them, they would be packed`);
  const files = filesBelow('')
    .sort()
    .map((path) => ({ path: `nicdiag/${path}`, content: readFileSync(join(CHART, path)) }));
  return { name: `nicdiag-${chart['version']}.tgz`, content: await makeArchive(files) };
}

/** Files of the chart that are not in git, ignored ones too: helm would take them. */
function strayFiles(): string[] {
  const args = ['-C', REPOSITORY, 'ls-files', '--others', '-z', '--', 'charts', 'crds'];
  const { status, stdout, stderr } = spawnSync('git', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args.join(' ')} failed: ${stderr.trim()}`);
  return stdout.split('\0').filter((path) => path !== '');
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(CHART, folder)).flatMap((name) => {
    const path = join(folder, name);
    return statSync(join(CHART, path)).isDirectory() ? filesBelow(path) : [path];
  });
}
