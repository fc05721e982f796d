import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow } from '../filesBelow.ts';
import { makeArchive } from '../plugin/archive.ts';
import { REPOSITORY } from '../stack/paths.ts';
import { renderForPulumi } from './renderings.ts';

export interface PulumiOptions {
  /** Is made; what is in it is replaced. */
  readonly directory: string;
  /** Path of the program. */
  readonly helm: string;
}

const SOURCE = `${REPOSITORY}pulumi`;

/** Builds the package of the component as npm takes it: JavaScript, types, and what the chart prints. Same input, same bytes.
 * @throws Error when its types do not hold, or its own packages are not installed */
export function buildPulumi({ directory, helm }: PulumiOptions): void {
  if (!existsSync(`${SOURCE}/node_modules`))
    throw new Error("Pulumi's npm packages are not installed: `make pulumi` does it");
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(`${directory}/dist`, { recursive: true });
  const args = ['-p', `${SOURCE}/tsconfig.json`, '--outDir', `${directory}/dist`];
  const { status, stdout } = spawnSync(`${REPOSITORY}node_modules/.bin/tsc`, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the Pulumi component does not compile:\n${stdout}`);
  writeFileSync(`${directory}/dist/chart.json`, JSON.stringify(renderForPulumi(helm)));
  const manifest: Record<string, unknown> = JSON.parse(readFileSync(`${SOURCE}/package.json`, 'utf8'));
  const { private: _, ...published } = manifest;
  const exports = { '.': { types: './dist/index.d.ts', default: './dist/index.js' } };
  writeFileSync(`${directory}/package.json`, `${JSON.stringify({ ...published, exports }, null, 2)}\n`);
  for (const file of ['LICENSE', 'NOTICE']) cpSync(`${REPOSITORY}${file}`, `${directory}/${file}`);
  cpSync(`${SOURCE}/README.md`, `${directory}/README.md`);
}

export interface PulumiArchive {
  /** As npm names it: `nicdiag-pulumi-0.1.0.tgz`. */
  readonly name: string;
  readonly content: Uint8Array;
}

/** What `npm pack` would make of a built package.
 * @param version that it must have
 * @throws Error when it has another */
export async function packPulumi(directory: string, version: string): Promise<PulumiArchive> {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { readonly version: string };
  if (manifest.version !== version)
    throw new Error(`pulumi/package.json is version ${manifest.version}, and package.json says ${version}`);
  const files = filesBelow(directory).map((path) => ({
    path: `package/${path}`,
    content: readFileSync(join(directory, path)),
  }));
  return { name: `nicdiag-pulumi-${version}.tgz`, content: await makeArchive(files) };
}
