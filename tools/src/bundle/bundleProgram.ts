import { cpSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { REPOSITORY } from '../stack/paths.ts';

/** Files beside a program that are started on their own: worker threads, found by their name in the same folder. */
const WORKERS: Readonly<Record<string, string>> = {
  laneWorker: `${REPOSITORY}mlx5/src/lane/laneWorker.ts`,
};
const LAYOUTS = `${REPOSITORY}mlx5/src/prm/layouts`;
/** Has its native part as a file, and so stays a package. */
const NATIVE = 'koffi';

/** Packages of CommonJS in a module ask for Node's own parts by `require`. */
const REQUIRE = "import{createRequire as makeRequire}from'node:module';const require=makeRequire(import.meta.url);";

/** Bundles a program as images run it: one file, minified, its worker threads beside it, the layout data as they are,
 * koffi as a package. The directory stands alone.
 * @param entry the program's main file
 * @param directory is made; what is in it is replaced
 * @returns the program's file */
export async function bundleProgram(entry: string, directory: string): Promise<string> {
  rmSync(directory, { recursive: true, force: true });
  await build({
    entryPoints: { main: entry, ...WORKERS },
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    banner: { js: REQUIRE },
    external: [NATIVE],
    logLevel: 'warning',
  });
  cpSync(LAYOUTS, join(directory, 'layouts'), { recursive: true });
  copyNative(join(directory, 'node_modules'));
  return join(directory, 'main.mjs');
}

/** Copies koffi and its native part for this platform, without the rest of what it ships. */
function copyNative(modules: string): void {
  const root = dirname(createRequire(`${REPOSITORY}mlx5/package.json`).resolve(NATIVE));
  for (const part of ['package.json', 'index.js', 'index.cjs', 'src', 'LICENSE.txt']) {
    cpSync(join(root, part), join(modules, NATIVE, part), { recursive: true });
  }
  const platform = `@koromix/koffi-${process.platform}-${process.arch}`;
  mkdirSync(join(modules, '@koromix'), { recursive: true });
  cpSync(realpathSync(join(root, '..', platform)), join(modules, platform), { recursive: true });
}
