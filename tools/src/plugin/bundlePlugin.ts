import { readdirSync, readFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';
import { build, type Plugin } from 'esbuild';
import { BUNDLE_TARGET } from '../bundle/target.ts';
import { REPOSITORY } from '../stack/paths.ts';

const INSIDE = `${REPOSITORY}tools/src/plugin/inside/`;
const LAYOUTS = `${REPOSITORY}mlx5/src/prm/layouts/`;
/** Modules that look for a file beside them, and what stands for them where there is one file only. */
const REPLACED: readonly (readonly [RegExp, string])[] = [
  [/\/layoutFile\.ts$/, `${INSIDE}layoutFile.ts`],
  [/\/laneWorkerEntry\.ts$/, `${INSIDE}laneWorkerEntry.ts`],
  [/^koffi$/, `${INSIDE}koffi.ts`],
];

/** The script knows its own file only as CommonJS; threads are told it for the sake of koffi. */
const SELF = "require('node:worker_threads').setEnvironmentData('nicdiag.script',__filename);";

export interface PluginBundle {
  /** CommonJS. */
  readonly text: string;
  /** Files that went into it, below the repository. */
  readonly inputs: readonly string[];
}

/** Bundles `kubectl-nicdiag` into one file with everything in it but koffi's native part. The same input gives the same
 * text. */
export async function bundlePlugin(): Promise<PluginBundle> {
  const layouts = pack(JSON.stringify(layoutTexts()));
  const laneWorker = await bundle('mlx5/src/lane/laneWorker.ts', { layouts, laneWorker: pack('') });
  return bundle('cli/src/main.ts', { layouts, laneWorker: pack(laneWorker.text) }, SELF);
}

async function bundle(entry: string, embedded: Readonly<Record<string, string>>, js = ''): Promise<PluginBundle> {
  const { outputFiles, metafile } = await build({
    // Names in the output are by the folder it is built in, and must not differ with it.
    absWorkingDir: REPOSITORY,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    keepNames: true,
    legalComments: 'none',
    ...BUNDLE_TARGET,
    format: 'cjs',
    banner: { js },
    metafile: true,
    write: false,
    outfile: 'plugin.cjs',
    plugins: [singleFile(embedded)],
    logLevel: 'warning',
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`esbuild made nothing of ${entry}`);
  return { text: output.text, inputs: Object.keys(metafile.inputs) };
}

function singleFile(embedded: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'single-file',
    setup({ onResolve, onLoad }) {
      for (const [filter, path] of REPLACED) {
        onResolve({ filter }, ({ importer }) => (importer.startsWith(INSIDE) ? undefined : { path }));
      }
      onResolve({ filter: /^embedded:/ }, ({ path }) => ({
        path: path.slice('embedded:'.length),
        namespace: 'embedded',
      }));
      onLoad({ filter: /.*/, namespace: 'embedded' }, ({ path }) => ({
        contents: `export const packed = ${JSON.stringify(embedded[path])};`,
      }));
    },
  };
}

function layoutTexts(): Record<string, string> {
  const names = readdirSync(LAYOUTS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  return Object.fromEntries(
    names.sort().map((name) => [name.replace(/\.json$/, ''), readFileSync(LAYOUTS + name, 'utf8')]),
  );
}

function pack(text: string): string {
  const bytes = Buffer.from(text);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return brotliCompressSync(bytes, { params }).toString('base64');
}
