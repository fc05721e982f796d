import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { hostTest } from '../hostTest.ts';
import { laneJob } from './laneRun.ts';

const test = hostTest('gpu-b');

const source = fileURLToPath(new URL('../../src/', import.meta.url));

/** What a program's build does: its own file and the worker's, the layouts beside them, koffi from node_modules. */
async function bundle(directory: string): Promise<string> {
  const entry = join(directory, 'program.ts');
  writeFileSync(
    entry,
    `import { runLane } from '${join(source, 'index.ts')}';
const events = [];
for await (const event of runLane(JSON.parse(process.argv[2]), { signal: new AbortController().signal })) events.push(event);
const items = events.flatMap((event) => event.items ?? []);
console.log(JSON.stringify({ outcome: events.at(-1).outcome, message: events.at(-1).message, items: items.length }));
`,
  );
  await build({
    entryPoints: { program: entry, laneWorker: join(source, 'lane/laneWorker.ts') },
    outdir: join(directory, 'dist'),
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    external: ['koffi'],
    logLevel: 'silent',
  });
  cpSync(join(source, 'prm/layouts'), join(directory, 'dist/layouts'), { recursive: true });
  symlinkSync(fileURLToPath(new URL('../../../node_modules', import.meta.url)), join(directory, 'node_modules'));
  return join(directory, 'dist/program.mjs');
}

test('a lane runs from a minified bundle', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-bundle-'));
  try {
    const program = await bundle(directory);
    const job = JSON.stringify(laneJob(t.context.host.devices[0]!));
    const { stdout } = await promisify(execFile)(process.execPath, [program, job], { cwd: directory });
    const result = JSON.parse(stdout) as { readonly outcome: string; readonly items: number };
    t.is(result.outcome, 'done', stdout);
    t.true(result.items >= 60);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
