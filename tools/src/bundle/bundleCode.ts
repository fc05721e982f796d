import { relative } from 'node:path';
import type { Build } from '@nicdiag/runtime';
import { build } from 'esbuild';
import { REPOSITORY } from '../stack/paths.ts';
import { BUNDLE_TARGET } from './target.ts';

/** Has its native part as a file, and so stays a package. */
export const NATIVE = 'koffi';

/** Packages of CommonJS in a module ask for Node's own parts by `require`. */
const REQUIRE = "import{createRequire as makeRequire}from'node:module';const require=makeRequire(import.meta.url);";

export interface BundledCode {
  /** Minified modules by their file names: `main.mjs`, one for each worker, and what a program loads only when it needs it. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Files that went into it, below the repository. */
  readonly inputs: readonly string[];
}

/** Bundles a program and the threads that it starts, each into one file; a program without threads into one and those that it
 * imports by `import()`: what lies in the one that is started takes memory whether it is used or not. The same source gives the same bytes, wherever
 * the checkout is.
 * @param workers files that are started by their name in the same folder
 * @param identity what `--version` is to say */
export async function bundleCode(
  entry: string,
  workers: Readonly<Record<string, string>>,
  identity?: Build,
): Promise<BundledCode> {
  const { outputFiles, metafile } = await build({
    entryPoints: { main: entry, ...workers },
    absWorkingDir: REPOSITORY,
    outdir: REPOSITORY,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: Object.keys(workers).length === 0,
    minify: true,
    keepNames: true,
    ...BUNDLE_TARGET,
    format: 'esm',
    banner: { js: REQUIRE },
    define: identity === undefined ? {} : { NICDIAG_BUILD: JSON.stringify(identity) },
    external: [NATIVE],
    logLevel: 'warning',
    write: false,
    metafile: true,
  });
  const files = outputFiles.map(({ path, contents }) => [relative(REPOSITORY, path), contents]);
  return { files: Object.fromEntries(files), inputs: Object.keys(metafile.inputs) };
}
