import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostTest } from '../../../mlx5/test/hostTest.ts';
import { runCli } from '../../src/program.ts';
import { testIo } from '../testIo.ts';

/** With mlx5ctl, which core dumps and dumps into memory need. */
const test = hostTest('gpu-a');
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The command lines of the column `here`, each with and without what is in brackets. */
async function commandsHere(): Promise<string[]> {
  const page = await readFile(join(ROOT, 'docs/coming-from-mft.md'), 'utf8');
  const cells = page.split('\n').flatMap((line) => (line.startsWith('| ') ? [line.split(/(?<!\\)\|/)[2] ?? ''] : []));
  const spans = cells.flatMap((cell) => [...cell.matchAll(/`nicdiag ([^`]+)`/g)].map(([, command = '']) => command));
  return spans.flatMap((span) => variants(span.replaceAll('\\|', '|')));
}

/** `[a|b]` is a, b or nothing. */
function variants(line: string): string[] {
  const found = /\[([^\]]+)\]/.exec(line);
  if (found === null) return [line];
  const [all, inner = ''] = found;
  return ['', ...inner.split('|')].flatMap((choice) => variants(line.replace(all, choice)));
}

test('every command of the page is done, as it stands there, by a device with mlx5ctl', async (t) => {
  const { host } = t.context;
  const directory = await mkdtemp(join(tmpdir(), 'nicdiag-mft-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const place = (word: string): string => {
    if (word === 'DEV') return 'mlx5_0';
    if (word.startsWith('examples/')) return join(ROOT, word);
    return /^[ab](\/|$)/.test(word) ? join(directory, word) : word;
  };
  const lines = await commandsHere();
  t.true(lines.length > 20);
  for (const line of lines) {
    const { io, written } = testIo();
    const args = line.split(/ +/).filter(Boolean).map(place);
    const code = await runCli([...args, ...(args[0] === 'diff' ? [] : ['--host-root', host.root])], io);
    t.is(code, 0, `nicdiag ${line}: ${written.err}`);
    t.not(written.out, '', line);
  }
});

test('the formats of the page are those that the commands take', async (t) => {
  const { root } = t.context.host;
  const format = async (command: readonly string[], name: string) => {
    const { io, written } = testIo();
    return { code: await runCli([...command, '-o', name, '--host-root', root], io), out: written.out };
  };
  const fwinfo = ['fwinfo', '-d', 'mlx5_0'];
  for (const name of ['text', 'json', 'yaml', 'hex', 'raw']) t.is((await format(fwinfo, name)).code, 0, name);
  const lines = (await format(fwinfo, 'json')).out.trimEnd().split('\n');
  t.true(lines.length > 1);
  for (const line of lines) t.true('key' in (JSON.parse(line) as object));
  for (const command of [['info', '-d', 'mlx5_0'], ['device']]) {
    for (const name of ['text', 'json', 'yaml']) t.is((await format(command, name)).code, 0, name);
    for (const name of ['hex', 'raw']) t.is((await format(command, name)).code, 3, name);
    t.is(typeof JSON.parse((await format(command, 'json')).out), 'object', 'one document');
  }
});
