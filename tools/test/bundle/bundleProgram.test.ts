import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import anyTest, { type TestFn } from 'ava';
import { bundleProgram } from '../../src/bundle/bundleProgram.ts';
import { MAIN } from '../../src/stack/paths.ts';

const test = anyTest as TestFn<{ readonly directory: string }>;
test.beforeEach((t) => {
  t.context = { directory: mkdtempSync(join(tmpdir(), 'nicdiag-bundle-')) };
});
test.afterEach.always((t) => rmSync(t.context.directory, { recursive: true }));

test('a bundled agent stands alone: it runs where there is no checkout', async (t) => {
  const directory = join(t.context.directory, 'agent');
  const program = await bundleProgram(MAIN.nodeAgent, directory);
  const run = promisify(execFile)(process.execPath, [program, '--nonsense'], { cwd: directory, env: {} });
  const { code, stderr } = (await t.throwsAsync(run)) as unknown as { readonly code: number; readonly stderr: string };
  t.is(code, 2, stderr);
  t.regex(stderr, /usage: node-agent/);
});

test('koffi is for lanes: the thread beside the agent has it, the agent has not', async (t) => {
  const directory = join(t.context.directory, 'agent');
  const program = await bundleProgram(MAIN.nodeAgent, directory);
  const importsKoffi = /from\s*"koffi"/;
  t.notRegex(readFileSync(program, 'utf8'), importsKoffi);
  t.regex(readFileSync(join(directory, 'laneWorker.mjs'), 'utf8'), importsKoffi);
});

test('the S3 client is for buckets: the artifact server that is started has it not, the file beside it has', async (t) => {
  const directory = join(t.context.directory, 'artifact-server');
  const program = await bundleProgram(MAIN.artifactServer, directory, {});
  const hasClient = (file: string) => readFileSync(file, 'utf8').includes('ListObjectsV2Command');
  t.false(hasClient(program));
  t.is(readdirSync(directory).filter((name) => name.endsWith('.mjs') && hasClient(join(directory, name))).length, 1);
  const bucket = ['--store=s3://captures', '--s3-region=x', `--staging=${join(directory, 'staging')}`];
  const rest = ['--listen=127.0.0.1:0', '--health-listen=127.0.0.1:0', '--tls-cert=none', '--tls-key=none'];
  const api = ['--api-server=https://127.0.0.1:1', '--token-file=/dev/null', '--api-ca=/dev/null'];
  const run = promisify(execFile)(process.execPath, [program, ...bucket, ...rest, ...api], { cwd: directory, env: {} });
  const { stderr } = (await t.throwsAsync(run)) as unknown as { readonly stderr: string };
  // It came as far as its certificate, with the client loaded.
  t.regex(stderr, /ENOENT.*none/);
});

test('what is disposed of in a loop is bundled as it was written: a try that succeeds ends the loop', async (t) => {
  const entry = fileURLToPath(new URL('triesAgain.ts', import.meta.url));
  const program = await bundleProgram(entry, join(t.context.directory, 'program'));
  const { stdout } = await promisify(execFile)(process.execPath, [program]);
  t.is(stdout, 'try 3 succeeded\n');
});
