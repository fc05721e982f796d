import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { runCli } from '../../src/program.ts';
import { testIo } from '../testIo.ts';

const BUNDLE = fileURLToPath(new URL('../golden/format-1.tar.zst', import.meta.url));

async function run(...args: string[]) {
  const { io, written } = testIo();
  return { code: await runCli(args, io), ...written };
}

async function temporaryDirectory(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'nicdiag-damaged-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** The bundle up to a part of its length, as a full disk or a broken copy leaves it. */
async function cut(t: ExecutionContext, part: number): Promise<string> {
  const whole = await readFile(BUNDLE);
  const path = join(await temporaryDirectory(t), 'cut.tar.zst');
  await writeFile(path, whole.subarray(0, Math.floor(whole.length * part)));
  return path;
}

test('what reads a bundle that was cut off names it', async (t) => {
  const path = await cut(t, 0.6);
  for (const args of [
    ['decode', path],
    ['decode', path, '--report'],
    ['diff', BUNDLE, path],
    ['diff', path, BUNDLE],
    ['describe-bundle', path],
    ['verify', path],
  ]) {
    const { code, err } = await run(...args);
    t.is(code, 1, args.join(' '));
    t.true(err.includes(path), `${args.join(' ')}: ${err}`);
    t.regex(err, /cut off|Truncated/, args.join(' '));
  }
});

test('a bundle that was cut off is described as far as it goes', async (t) => {
  const path = await cut(t, 0.6);
  const text = await run('describe-bundle', path);
  t.regex(text.out, /^Damaged: +.*cut off.* \(the file has \d+ bytes\)\nCapture: +default\/golden/);
  t.regex(text.out, /gpu-a 0000:03:00\.0 /);
  const json = await run('describe-bundle', path, '-o', 'json');
  t.regex((JSON.parse(json.out) as { readonly damage: string }).damage, /cut off/);
  const nothing = await run('describe-bundle', await cut(t, 0.001));
  t.is(nothing.code, 3);
  t.regex(nothing.err, /cannot be read as a bundle .*cut off/);
});

test('a comparison with nothing is an error that says which side it is', async (t) => {
  const empty = await temporaryDirectory(t);
  for (const [a, b, side] of [
    [empty, empty, 'A'],
    [empty, BUNDLE, 'A'],
    [BUNDLE, empty, 'B'],
  ] as const) {
    t.like(await run('diff', a, b), {
      code: 1,
      out: '',
      err: `error: nothing to compare: ${side}, ${empty}, has no items\n`,
    });
  }
});

test('the bundle that is still packed in a folder is what the folder stands for', async (t) => {
  const folder = await temporaryDirectory(t);
  await mkdir(join(folder, 'a'));
  await copyFile(BUNDLE, join(folder, 'a', 'one.tar.zst'));
  t.like(await run('diff', folder, BUNDLE), { code: 0, out: '', err: 'nothing differs\n' });
  t.is((await run('decode', folder)).out, (await run('decode', BUNDLE)).out);
  await copyFile(BUNDLE, join(folder, 'two.tar.zst'));
  const several = await run('diff', folder, BUNDLE);
  t.is(several.code, 3);
  t.regex(several.err, /has 2 bundles \(a\/one\.tar\.zst, two\.tar\.zst.*name one/);
});
