import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { VmUnavailableError } from './vmUnavailable.ts';

const run = promisify(execFile);
const APT_MS = 5 * 60_000;

/** Debian packages that are unpacked, not installed: that needs no root, and nothing on the machine changes. */
export interface DebianPackages {
  /** @returns the packages that installing these would add to the machine, themselves included unless they are there */
  missing(names: readonly string[]): Promise<string[]>;
  /** @returns what a package depends on, in its newest version */
  dependencies(name: string): Promise<string[]>;
  /** Downloads packages and unpacks them into a directory, which is made. */
  unpack(names: readonly string[], directory: string): Promise<void>;
}

/** Asks the machine's own package sources, with lists of its own: those of the machine may be old, or removed.
 * @param scratch directory for lists and downloads
 * @throws VmUnavailableError when apt is not there or reaches no source */
export async function openDebianPackages(scratch: string): Promise<DebianPackages> {
  const [lists, cache] = ['lists', 'cache'].map((name) => join(scratch, name));
  for (const directory of [lists, cache]) mkdirSync(`${directory}/partial`, { recursive: true });
  const options = [
    ...['-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${cache}`],
    // apt as root hands downloads to a user of its own, who cannot reach this directory.
    ...['-o', 'APT::Sandbox::User=root', '-o', 'Debug::NoLocking=1'],
  ];

  async function apt(program: string, args: readonly string[], cwd = scratch): Promise<string> {
    try {
      const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
      return (await run(program, [...options, ...args], { cwd, env, timeout: APT_MS, maxBuffer: 2 ** 26 })).stdout;
    } catch (cause) {
      throw new VmUnavailableError(`${program} ${args.join(' ')} failed: ${said(cause)}`, { cause });
    }
  }

  // Without this apt ends well though it reached nothing.
  await apt('apt-get', ['update', '-qq', '-o', 'APT::Update::Error-Mode=any']);
  return {
    async missing(names) {
      const plan = await apt('apt-get', ['install', '--simulate', '--no-install-recommends', ...names]);
      return [...plan.matchAll(/^Inst (\S+)/gm)].map(([, name = '']) => name);
    },
    async dependencies(name) {
      const list = await apt('apt-cache', ['depends', '--no-recommends', '--no-suggests', name]);
      return [...list.matchAll(/^\s*Depends: (\S+)/gm)].map(([, needed = '']) => needed);
    },
    async unpack(names, directory) {
      mkdirSync(directory, { recursive: true });
      if (names.length === 0) return;
      const downloads = `${directory}.debs`;
      mkdirSync(downloads);
      await apt('apt-get', ['download', '-qq', ...names], downloads);
      for (const file of readdirSync(downloads)) await run('dpkg-deb', ['-x', join(downloads, file), directory]);
    },
  };
}

function said(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if ('code' in cause && cause.code === 'ENOENT') return 'this is no Debian, it has no apt';
  const stderr = 'stderr' in cause ? String(cause.stderr).trim() : '';
  return stderr === '' ? cause.message : stderr.split('\n').slice(-4).join('; ');
}
