import { cpSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { REPOSITORY } from '../stack/paths.ts';
import { bundleCode, NATIVE } from './bundleCode.ts';

/** Files beside a program that are started on their own: worker threads, found by their name in the same folder. */
export const WORKERS: Readonly<Record<string, string>> = {
  laneWorker: `${REPOSITORY}mlx5/src/lane/laneWorker.ts`,
};
export const LAYOUTS = `${REPOSITORY}mlx5/src/prm/layouts`;
/** What koffi needs to run; its native part is a package of its own for each platform. */
export const NATIVE_PARTS: readonly string[] = ['package.json', 'index.js', 'index.cjs', 'src', 'LICENSE.txt'];

/** Bundles a program as images run it: one file, minified, its worker threads beside it, the layout data as they are,
 * koffi as a package. The directory stands alone.
 * @param entry the program's main file
 * @param directory is made; what is in it is replaced
 * @param workers the threads that it starts
 * @returns the program's file */
export async function bundleProgram(entry: string, directory: string, workers = WORKERS): Promise<string> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const { files } = await bundleCode(entry, workers);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  cpSync(LAYOUTS, join(directory, 'layouts'), { recursive: true });
  copyNative(join(directory, 'node_modules'));
  return join(directory, 'main.mjs');
}

/** Copies koffi and its native part for this platform, without the rest of what it ships. */
function copyNative(modules: string): void {
  const root = dirname(createRequire(`${REPOSITORY}mlx5/package.json`).resolve(NATIVE));
  for (const part of NATIVE_PARTS) cpSync(join(root, part), join(modules, NATIVE, part), { recursive: true });
  const platform = `@koromix/koffi-${process.platform}-${process.arch}`;
  mkdirSync(join(modules, '@koromix'), { recursive: true });
  cpSync(realpathSync(join(root, '..', platform)), join(modules, platform), { recursive: true });
}
