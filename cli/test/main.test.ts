import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const BUNDLE = fileURLToPath(new URL('golden/format-1.tar.zst', import.meta.url));

/** Runs the program with one of its outputs closed by whoever reads it, and gives its exit code and the other output. */
async function withoutReader(closed: 'stdout' | 'stderr', ...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  child[closed].destroy();
  const other = closed === 'stdout' ? child.stderr : child.stdout;
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const text = (await Array.fromAsync(other.setEncoding('utf8'))).join('');
  return { code: await exited, text };
}

test('who closes the pipe wants no more: the program ends without a word, as SIGPIPE ends others', async (t) => {
  t.deepEqual(await withoutReader('stdout', 'decode', BUNDLE), { code: 141, text: '' });
});

test('a bundle that is not what was sealed is not vouched for because nobody reads why', async (t) => {
  const { code } = await withoutReader('stdout', 'verify', BUNDLE, '--digest', `sha256:${'0'.repeat(64)}`);
  t.not(code, 0);
});

test('data comes also when nobody reads what is told beside it', async (t) => {
  const { code, text } = await withoutReader('stderr', 'verify', BUNDLE, '-o', 'json');
  t.is(code, 0);
  t.like(JSON.parse(text), { problems: [] });
});

test('data that cannot be written is an error with its reason', async (t) => {
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, [MAIN, 'decode', BUNDLE], { stdio: ['ignore', full, 'pipe'] });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const said = (await Array.fromAsync(child.stderr!.setEncoding('utf8'))).join('');
  t.is(await exited, 1);
  t.regex(said, /^error: standard output cannot be written: ENOSPC/);
});
