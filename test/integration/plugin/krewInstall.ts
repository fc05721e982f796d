import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { load } from 'js-yaml';

interface KrewManifest {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly version: string;
    readonly platforms: readonly {
      readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
      readonly uri: string;
      readonly sha256: string;
      readonly bin: string;
      readonly files: readonly { readonly from: string; readonly to: string }[];
    }[];
  };
}

/** Installs a plugin as `kubectl krew install --manifest=… --archive=…` does: the platform's archive is checked, unpacked,
 * what the manifest lists is moved to the store, and `bin` is linked by the plugin's name.
 * @returns the directory for PATH */
export function krewInstall(manifestFile: string, archives: string, root: string, arch: string): string {
  const { metadata, spec } = load(readFileSync(manifestFile, 'utf8')) as KrewManifest;
  const platform = spec.platforms.find(({ selector: { matchLabels } }) => {
    return matchLabels['os'] === 'linux' && matchLabels['arch'] === arch;
  });
  if (platform === undefined) throw new Error(`nothing for linux-${arch} in ${manifestFile}`);
  const archive = join(archives, basename(platform.uri));
  const sum = createHash('sha256').update(readFileSync(archive)).digest('hex');
  if (sum !== platform.sha256) throw new Error(`${archive} has the checksum ${sum}, not ${platform.sha256}`);
  const unpacked = join(root, 'unpacked');
  const store = join(root, 'store', metadata.name, spec.version);
  const bin = join(root, 'bin');
  for (const directory of [unpacked, store, bin]) mkdirSync(directory, { recursive: true });
  execFileSync('tar', ['-xzf', archive, '-C', unpacked]);
  for (const { from, to } of platform.files) {
    const target = join(store, to, basename(from));
    copyFileSync(join(unpacked, from), target);
    chmodSync(target, statSync(join(unpacked, from)).mode);
  }
  symlinkSync(join(store, platform.bin), join(bin, `kubectl-${metadata.name.replaceAll('-', '_')}`));
  return bin;
}
