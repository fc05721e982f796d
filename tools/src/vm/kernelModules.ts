import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface KernelModule {
  readonly name: string;
  readonly content: Uint8Array;
}

/** Reads modules of an unpacked kernel with all that they need, in the order in which they can be loaded. The package has
 * no list of dependencies (depmod would make it where the kernel is installed): each module names its own.
 * @param directory `lib/modules/<release>`
 * @throws Error when a module is missing */
export function readModules(directory: string, wanted: readonly string[]): KernelModule[] {
  const files = new Map(
    readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.ko(\.xz)?$/.test(path))
      .map((path) => [moduleName(path), join(directory, path)]),
  );
  const builtIn = new Set(readFileSync(join(directory, 'modules.builtin'), 'utf8').trim().split('\n').map(moduleName));
  const ordered = new Map<string, KernelModule>();

  function add(name: string): void {
    if (ordered.has(name) || builtIn.has(name)) return;
    const file = files.get(name);
    if (file === undefined) throw new Error(`the kernel in ${directory} has no module ${name}`);
    const content = file.endsWith('.xz') ? unpacked(file) : readFileSync(file);
    for (const needed of dependencies(content)) add(needed);
    ordered.set(name, { name, content });
  }

  for (const name of wanted) add(name);
  return [...ordered.values()];
}

/** From Debian 13 on modules are compressed. */
function unpacked(file: string): Uint8Array {
  return execFileSync('xz', ['--decompress', '--stdout', file], { maxBuffer: 2 ** 26 });
}

/** Modules are known by names with `_`, files may have `-`. */
function moduleName(path: string): string {
  return basename(path)
    .replace(/\.ko(\.xz)?$/, '')
    .replaceAll('-', '_');
}

/** From the section .modinfo, which holds NUL-terminated `key=value`.
 * @returns names of other modules */
export function dependencies(module: Uint8Array): string[] {
  const text = Buffer.from(module.buffer, module.byteOffset, module.byteLength).toString('latin1');
  const list = /\0depends=([^\0]*)\0/.exec(text)?.[1] ?? '';
  return list
    .split(',')
    .filter((name) => name !== '')
    .map(moduleName);
}
