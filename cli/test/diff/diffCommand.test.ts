import { copyFile, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractBundle, readFileChunks } from '@nicdiag/artifacts';
import { hostTest } from '../../../mlx5/test/hostTest.ts';
import { runCli } from '../../src/program.ts';
import { testIo } from '../testIo.ts';

const test = hostTest('gpu-b');

async function run(...args: string[]) {
  const { io, written } = testIo();
  return { code: await runCli(args, io), ...written };
}

const capture = {
  apiVersion: 'nicdiag.dev/v1alpha1',
  kind: 'DiagnosticCapture',
  metadata: { name: 'here' },
  spec: {
    target: { nodeNames: ['gpu-b'], devices: { pciAddresses: ['0000:17:00.0'] } },
    collectors: [
      {
        name: 'some',
        type: 'RegisterDump',
        registerDump: { registers: [{ name: 'PPCNT', index: { grp: '0', local_port: '1' } }, { name: 'PMLP' }] },
      },
    ],
  },
};

test('two captures of a working port: its counters have grown, what stands still is not shown', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'nicdiag-diff-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, 'capture.json');
  await writeFile(file, JSON.stringify(capture));
  const bundles: string[] = [];
  for (const name of ['a', 'b']) {
    const where = ['--host-root', t.context.host.root, '--node-name', 'gpu-b', '--output', join(directory, name)];
    bundles.push((await run('run', '-f', file, ...where)).out.trimEnd());
  }
  const [a = '', b = ''] = bundles;

  const text = await run('diff', a, b);
  t.is(text.code, 0, text.err);
  t.regex(text.out, /^# gpu-b 0000:17:00\.0\n\nPPCNT\{.*\} +\(\d+\.\d s apart\)\n {2}counter_set\.\S+\.\n/);
  t.regex(text.out, /a_frames_received_ok +\d+ → \d+ +\+\d+, \d+\/s\n/);
  t.notRegex(text.out, /PMLP/);

  const json = await run('diff', a, b, '-o', 'json');
  const [ppcnt] = json.out.trimEnd().split('\n');
  t.like(JSON.parse(ppcnt ?? ''), { device: 'gpu-b 0000:17:00.0', key: 'PPCNT{grp=0x0,local_port=1}' });
  t.is((await run('diff', a, b, '--exit-code')).code, 1);
  t.like(await run('diff', a, a, '--exit-code'), { code: 0, out: '', err: 'nothing differs\n' });

  // The raw files alone say the same, but for which device it is, which only their folders tell.
  const [rawA = '', rawB = ''] = await Promise.all(
    bundles.map(async (bundle, at) => {
      await using packed = await open(bundle, 'r');
      const { folder } = await extractBundle(readFileChunks(packed), join(directory, `extracted-${at}`));
      const raw = join(directory, `${at}.bin`);
      await copyFile(join(folder, 'gpu-b', '0000:17:00.0', 'some', 'raw.bin'), raw);
      return raw;
    }),
  );
  t.is(`# gpu-b 0000:17:00.0\n\n${(await run('diff', rawA, rawB)).out}`, text.out);
  t.like(await run('diff', rawA, rawA, '--exit-code'), { code: 0, err: 'nothing differs\n' });
});
