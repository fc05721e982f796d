import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { exitsOf } from '../../src/help/addNotes.ts';
import { COMMAND_NOTES } from '../../src/help/commandNotes.ts';
import { buildProgram, runCli } from '../../src/program.ts';
import { testIo } from '../testIo.ts';

/* Every command, by the codes that docs/cli.md says: what can be had without a cluster and without a device. Partly done (2)
 * and cancelled (4) are in test/integration, with both. */
async function run(args: readonly string[], stopped = false) {
  const { io, written, stop } = testIo();
  if (stopped) stop.abort(new Error('stopped by SIGINT'));
  return { code: await runCli(args, io), ...written };
}

const NOBODY = ['--kubeconfig', '/dev/null', '--server', 'https://127.0.0.1:1', '--token', 'x'];
const CAPTURE = ['x', '--node', 'a', '--collector', 'Health'];
/** Arguments with which a command gets as far as to ask somebody. */
const ASKING: Readonly<Record<string, readonly string[]>> = {
  capture: [...CAPTURE, ...NOBODY],
  list: NOBODY,
  describe: ['x', ...NOBODY],
  devices: NOBODY,
  download: ['x', '--output-dir', tmpdir(), ...NOBODY],
};
const BUNDLES: Readonly<Record<string, readonly string[]>> = {
  'describe-bundle': ['/nonexistent'],
  verify: ['/nonexistent'],
  decode: ['/nonexistent'],
  diff: ['/nonexistent', '/nonexistent'],
};
/** What a command for a device needs beside one. */
const DEVICES: Readonly<Record<string, readonly string[]>> = { reg: ['MGIR'], obj: ['QP'], rpc: ['0'.repeat(32)] };

const names = buildProgram(testIo().io, () => {}, 'nicdiag').commands.map((command) => command.name());

for (const name of names) {
  test(`${name}: 0 for its help, 3 for an option that it does not have`, async (t) => {
    t.is((await run([name, '--help'])).code, 0);
    const usage = await run([name, '--nonsense']);
    t.is(usage.code, 3);
    t.is(usage.out, '', 'stdout is for data');
    t.deepEqual(Object.keys(exitsOf(COMMAND_NOTES[name] ?? { examples: [] })).slice(0, 2), ['0', '1']);
  });
}

for (const [name, args] of Object.entries(ASKING)) {
  test(`${name}: 1 when the API server does not answer, 130 when it is interrupted`, async (t) => {
    const failed = await run([name, ...args, '--request-timeout', '5s']);
    t.is(failed.code, 1, failed.err);
    t.regex(failed.err, /^error: /);
    t.is(failed.out, '');
    t.is((await run([name, ...args], true)).code, 130);
  });
}

for (const [name, args] of Object.entries(BUNDLES)) {
  test(`${name}: 3 for a file that is not there`, async (t) => {
    const { code, err } = await run([name, ...args]);
    t.is(code, 3);
    t.regex(err, /^error: .*\/nonexistent/);
  });
}

const local = names.filter((name) =>
  buildProgram(testIo().io, () => {}, 'nicdiag').commands.some((command) => {
    return command.name() === name && command.options.some(({ long }) => long === '--device') && !(name in ASKING);
  }),
);

for (const name of local) {
  test(`${name}: 3 on a host without a device, which cannot be named`, async (t) => {
    const root = mkdtempSync(join(tmpdir(), 'nicdiag-no-device-'));
    t.teardown(() => rmSync(root, { recursive: true }));
    const impact = ['coredump'].includes(name) ? ['--impact', 'Intrusive'] : [];
    const { code, err } = await run([name, ...(DEVICES[name] ?? []), ...impact, '--host-root', root]);
    t.is(code, 3, err);
    t.regex(err, /has no device with a debug channel/);
  });
}
