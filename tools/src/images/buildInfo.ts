import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Build } from '@nicdiag/runtime';
import { LAYOUTS } from '../bundle/bundleProgram.ts';
import { REPOSITORY } from '../stack/paths.ts';

export interface BuildInfo extends Build {
  /** Seconds since 1970: SOURCE_DATE_EPOCH, or the commit's time. Nothing in a build has a later one.
   * @source https://reproducible-builds.org/specs/source-date-epoch/ */
  readonly epoch: number;
}

/** What is built: of the checkout, never of the moment. */
export async function readBuildInfo(environment: NodeJS.ProcessEnv = process.env): Promise<BuildInfo> {
  const [head = '', seconds = ''] = (await git('log', '-1', '--format=%H %ct')).split(' ');
  const modified = (await git('status', '--porcelain', '--untracked-files=no')) !== '';
  const version: unknown = field(`${REPOSITORY}package.json`, 'version');
  const layouts: unknown = field(`${LAYOUTS}/version.json`, 'version');
  return {
    version: String(version),
    layouts: String(layouts),
    commit: modified ? `${head}-modified` : head,
    epoch: Number(environment['SOURCE_DATE_EPOCH'] ?? seconds),
  };
}

async function git(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', ['-C', REPOSITORY, ...args], {
    // Asking takes no locks: others may be at work in the same checkout.
    env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' },
  });
  return stdout.trim();
}

function field(path: string, name: string): unknown {
  const content: Readonly<Record<string, unknown>> = JSON.parse(readFileSync(path, 'utf8'));
  return content[name];
}
