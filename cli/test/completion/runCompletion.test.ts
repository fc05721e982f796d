import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { ARGUMENT_VALUES, OPTION_VALUES } from '../../src/completion/sources.ts';
import { buildProgram, runCli } from '../../src/program.ts';
import { testIo } from '../testIo.ts';

async function complete(...words: string[]) {
  const { io, written } = testIo();
  const code = await runCli(['__complete', ...words], io);
  const lines = written.out.trimEnd().split('\n');
  return {
    code,
    directive: lines.at(-1),
    values: lines.slice(0, -1).map((line) => line.split('\t')[0]),
    text: written.out,
    err: written.err,
  };
}

for (const [words, values, directive] of [
  [['de'], ['describe', 'devices', 'describe-bundle', 'decode', 'device'], ':4'],
  [['list', '--all'], ['--all-namespaces'], ':4'],
  [['list', '-A', '--all'], [], ':4'],
  [['capture', '--collector', 'Health', '--coll'], ['--collector'], ':4'],
  [['capture', '--impact', 'D'], ['DebugWrite'], ':4'],
  [['capture', '--impact=D'], ['DebugWrite'], ':4'],
  [['capture', '--collector', 'Reg'], ['RegisterDump'], ':4'],
  [['capture', '-f', ''], [], ':0'],
  [['capture', '--download', ''], [], ':16'],
  [['verify', ''], [], ':0'],
  [['diff', 'a.tar.zst', ''], [], ':0'],
  [['diff', 'a', 'b', ''], [], ':4'],
  [['reg', 'PAO'], ['PAOS'], ':4'],
  [['reg', 'MGIR', 'pao'], ['paos'], ':4'],
  [['decode', 'x.tar.zst', '--register', 'PDD'], ['PDDR'], ':4'],
  [['cap', 'RO'], ['ROCE'], ':4'],
  [['obj', 'XRC'], ['XRC_SRQ'], ':4'],
  [['list', '-o', ''], ['wide', 'json', 'yaml', 'name'], ':4'],
  [['decode', '-o', ''], ['json'], ':4'],
  [['completion', ''], ['bash', 'zsh', 'fish'], ':4'],
  [['frobnicate', ''], [], ':4'],
  [['-'], [], ':4'],
] as const) {
  test(`words at the cursor: ${words.join(' ')}`, async (t) => {
    const result = await complete(...words);
    t.is(result.code, 0);
    t.deepEqual(result.values, [...values], result.err);
    t.is(result.directive, directive);
  });
}

test('a candidate has its description behind a tab', async (t) => {
  t.regex((await complete('lis')).text, /^list\tlist captures with what came of them\n:4\n$/);
});

test('names of contexts come from the kubeconfig that is named before the cursor', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-complete-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const kubeconfig = join(directory, 'config');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      clusters: [{ name: 'c1', cluster: { server: 'https://a' } }],
      users: [{ name: 'u1', user: { token: 't' } }],
      contexts: ['prod', 'test'].map((name) => ({ name, context: { cluster: 'c1', user: 'u1' } })),
    }),
  );
  t.deepEqual((await complete('list', '--kubeconfig', kubeconfig, '--context', '')).values, ['prod', 'test']);
  t.deepEqual((await complete('list', `--kubeconfig=${kubeconfig}`, '--cluster', '')).values, ['c1']);
  t.deepEqual((await complete('list', '--kubeconfig', kubeconfig, '--user', '')).values, ['u1']);
});

test('a cluster that does not answer is an error to the shell, and silence to the user', async (t) => {
  const result = await complete('download', '--server', 'https://127.0.0.1:1', '');
  t.deepEqual([result.code, result.text, result.err], [0, ':1\n', '']);
});

test('every option that takes a value, and every argument that has names, says where they come from or is free text', (t) => {
  const free = new Set([
    ...[
      '--as',
      '--as-group',
      '--as-uid',
      '--as-user-extra',
      '--digest',
      '--index1',
      '--index2',
      '--indexes',
      '--follow',
    ],
    ...[
      '--length',
      '--limit',
      '--max-nodes',
      '--node-name',
      '--node-selector',
      '--out-length',
      '--password',
      '--pod-selector',
    ],
    ...[
      '--port',
      '--request-timeout',
      '--selector',
      '--server',
      '--timeout',
      '--tls-server-name',
      '--token',
      '--types',
    ],
    ...['--username', '--cache-dir'],
  ]);
  const { commands } = buildProgram(testIo().io, () => {}, 'nicdiag');
  for (const command of commands) {
    for (const { long, required } of command.options) {
      if (!required || long === undefined || free.has(long)) continue;
      t.truthy(OPTION_VALUES[`${command.name()} ${long}`] ?? OPTION_VALUES[long], `${command.name()} ${long}`);
    }
  }
  const places = commands.flatMap((command) =>
    command.registeredArguments.map((each) => `${command.name()} ${each.name()}`),
  );
  t.deepEqual(
    Object.keys(ARGUMENT_VALUES).filter((place) => !places.includes(place)),
    [],
  );
});
