import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readFileChunks } from '@nicdiag/artifacts';
import type { Item } from '@nicdiag/mlx5/decode';
import anyTest, { type TestFn } from 'ava';
import { compileClient, noCompiler } from '../../emulator/test/client.ts';
import { reasonOf } from './operator/captureFacts.ts';
import { bitsAt, goldenFields } from './whole/goldenFields.ts';
import { type BundleContents, givenCommands, itemsOf, readBundle, recordedCommands } from './whole/readBundle.ts';
import { startWhole, type WholeBench } from './whole/wholeBench.ts';

/* What is in a bundle, against witnesses that share nothing with the agent: a C program, values set down by hand, the
 * firmware's own log. */
interface Context {
  readonly bench: WholeBench;
  readonly directory: string;
  /** Filled by the first test. */
  readonly files: Map<string, Buffer>;
}
const test = anyTest as TestFn<Context>;
const run = promisify(execFile);

const CREATE_UCTX = 0xa04;
const DESTROY_UCTX = 0xa06;

/** One of each channel: mlx5ctl, fwctl. */
const DEVICES = [
  { host: 'gpu-a', pciAddress: '0000:03:00.0', node: 'dev/mlx5ctl-mlx5_core.ctl.0' },
  { host: 'gpu-b', pciAddress: '0000:17:00.0', node: 'dev/fwctl/fwctl0' },
] as const;

/** Reads with something in them that moves with time: uptime, clock, counters, fill levels, temperatures; of a module's
 * pages those with its sensors. */
const MOVING = [
  /^(MGIR|MRTC|PPCNT|MPCNT|SBPR|SBCM|MTMP)\b/,
  /^PDDR\{.*page_select=0x3\b/,
  /^MCIA\{.*page_number=0x0,device_address=\d{1,2},/,
  /^MCIA\{.*page_number=0x11,/,
];

test.before(async (t) => {
  t.timeout(600_000);
  const bench = await startWhole();
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-bundle-bytes-'));
  t.context = { bench, directory, files: new Map() };
});
test.after.always(async (t) => {
  await t.context.bench?.[Symbol.asyncDispose]();
  rmSync(t.context.directory, { recursive: true, force: true });
});
test.afterEach.always((t) => {
  if (!t.passed) t.log(t.context.bench?.stack.tails(15));
});

test.serial('a capture by the plugin, through kubectl: exit code 0, and a bundle that verifies', async (t) => {
  const { bench, directory } = t.context;
  const since = bench.mark();
  const manifest = join(directory, 'whole.json');
  const collectors = [
    { name: 'regs', type: 'RegisterDump', registerDump: { set: 'Standard' } },
    { name: 'caps', type: 'CapabilityDump', capabilityDump: { mode: 'Both' } },
  ];
  const spec = { target: { nodeNames: ['gpu-a', 'gpu-b'] }, collectors };
  const capture = {
    ...{ apiVersion: 'nicdiag.dev/v1alpha1', kind: 'DiagnosticCapture', metadata: { name: 'whole' } },
    spec,
  };
  writeFileSync(manifest, JSON.stringify(capture));
  const { code, stdout, stderr } = await bench.nicdiag('capture', '-f', manifest, '--wait', '--download', directory);
  t.is(code, 0, stderr);
  t.regex(stdout, /^default +whole +Succeeded +AllSucceeded +2\/2 /m);
  const path = /^bundle: (.*)$/m.exec(stderr)?.[1] ?? '';
  const { status } = await bench.sealed('whole');
  const digest = status?.manifest?.digest ?? '';
  t.is((await bench.nicdiag('verify', path, '--digest', digest)).code, 0);
  await using file = await open(path);
  const files = await readBundle(readFileChunks(file), digest);
  for (const [name, content] of files) t.context.files.set(name, content);
  for (const host of ['gpu-a', 'gpu-b'])
    t.deepEqual(givenCommands(bench.commands(host, since)), await recordedCommands(files, host));
});

(noCompiler === undefined ? test.serial : test.serial.skip)(
  'raw bytes of registers are those that an independent C program reads from the same device',
  async (t) => {
    for (const { host, pciAddress, node } of DEVICES) {
      const items = await itemsOf(t.context.files, `${host}/${pciAddress}/regs`);
      const device = join(t.context.bench.stack.emulator(host).root, node);
      const compared = items.filter(
        ({ key, kind, outcome }) =>
          kind === 'register' && outcome === 'ok' && !MOVING.some((pattern) => pattern.test(key)),
      );
      t.true(compared.length >= 60, `${compared.length} of ${items.length} items of ${pciAddress}`);
      const different: string[] = [];
      for (const item of compared) if (!(await isSame(device, item))) different.push(item.key);
      t.deepEqual(different, [], pciAddress);
    }
  },
);

/** Whether a read again, by the C program, brings the same bytes. ACCESS_REG's inbox and outbox have 16 bytes before the
 * register's data. */
async function isSame(device: string, { frames }: Item): Promise<boolean> {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes.subarray(16)).toString('hex');
  for (const { registerId, inbox, outbox } of frames) {
    const args = [device, String(outbox.byteLength - 16), `0x${registerId.toString(16)}`, hex(inbox) || '-'];
    const { stdout } = await run(compileClient('register'), args);
    if (stdout !== `open\n0 0 0 ${hex(outbox)}\n`) return false;
  }
  return frames.length > 0;
}

test.serial(
  'decoded fields are the values that were worked out by hand, and stand where the documentation has them',
  async (t) => {
    for (const { device, item, path, at, value } of goldenFields) {
      const what = `${device} ${item} ${path}`;
      t.is(decodedField(t.context.files, device, item, path), value, what);
      const found = (await itemsOf(t.context.files, `${device}/regs`)).find(({ key }) => key === item);
      t.is(bitsAt(found!.frames[0]!.outbox.subarray(16), at), value, what);
    }
  },
);

function decodedField(files: BundleContents, device: string, item: string, path: string): unknown {
  const { items } = JSON.parse(files.get(`${device}/regs/decoded.json`)?.toString() ?? '');
  const found = items.find(({ key }: { readonly key: string }) => key === item);
  return path.split('.').reduce((value, name) => value?.[name], found?.fields);
}

const EXAMPLES = new URL('../../examples/', import.meta.url).pathname;

/** One collector on every card; the DPU lets its host see nothing. */
const WHOLE_POOL = {
  reason: 'True WithUnsupported',
  devices: [
    'gpu-a 0000:03:00.0 Succeeded',
    'gpu-a 0000:83:00.0 Succeeded',
    'gpu-b 0000:17:00.0 Succeeded',
    'gpu-b 0000:98:00.0 Succeeded',
    'gpu-c 0000:03:00.0 DeviceUnsupported',
  ],
};

const ONE_HOST = {
  reason: 'True AllSucceeded',
  devices: ['gpu-a 0000:03:00.0 Succeeded', 'gpu-a 0000:83:00.0 Succeeded'],
};

/** Examples that are tested where what they do to a device is: here nothing may change. */
const ELSEWHERE = ['core-dump'];

/** How each example ends on the three hosts, as its comments say. */
const examples: Readonly<Record<string, { readonly reason: string; readonly devices: readonly string[] }>> = {
  'register-dump': {
    reason: 'True WithUnsupported',
    devices: [
      'gpu-a 0000:03:00.0 Succeeded',
      'gpu-a 0000:83:00.0 Succeeded',
      'gpu-b 0000:17:00.0 Succeeded',
      'gpu-b 0000:98:00.0 Succeeded',
      'gpu-c 0000:03:00.0 Unsupported',
      'gpu-c 0000:03:00.2 Unsupported',
    ],
  },
  'named-registers': {
    reason: 'True WithUnsupported',
    // Without the port that is down; the second one is InfiniBand.
    devices: [
      'gpu-a 0000:03:00.0 Succeeded',
      'gpu-a 0000:83:00.0 Succeeded',
      'gpu-b 0000:17:00.0 Succeeded',
      'gpu-c 0000:03:00.0 DeviceUnsupported',
    ],
  },
  capabilities: {
    reason: 'True AllSucceeded',
    devices: [
      'gpu-a 0000:03:00.0 Succeeded',
      'gpu-a 0000:83:00.0 Succeeded',
      'gpu-b 0000:17:00.0 Succeeded',
      'gpu-b 0000:98:00.0 Succeeded',
      'gpu-c 0000:03:00.0 Succeeded',
    ],
  },
  'link-diagnostics': WHOLE_POOL,
  'firmware-info': WHOLE_POOL,
  'nv-config': WHOLE_POOL,
  health: WHOLE_POOL,
  'host-state': {
    reason: 'True AllSucceeded',
    devices: [
      'gpu-a 0000:03:00.0 Succeeded',
      'gpu-a 0000:83:00.0 Succeeded',
      'gpu-b 0000:17:00.0 Succeeded',
      'gpu-b 0000:98:00.0 Succeeded',
      'gpu-c 0000:03:00.0 Succeeded',
    ],
  },
  'support-bundle': {
    reason: 'True WithUnsupported',
    devices: [
      'gpu-a 0000:03:00.0 Succeeded',
      'gpu-a 0000:83:00.0 Succeeded',
      'gpu-b 0000:17:00.0 Succeeded',
      'gpu-b 0000:98:00.0 Succeeded',
      'gpu-c 0000:03:00.0 Unsupported',
    ],
  },
  'object-dump': ONE_HOST,
  'resource-dump': ONE_HOST,
  'one-device': { reason: 'True AllSucceeded', devices: ['gpu-a 0000:03:00.0 Succeeded'] },
};

for (const [name, { reason, devices }] of Object.entries(examples)) {
  test.serial(`examples/${name}.yaml is applied and ends as it says`, async (t) => {
    const { bench } = t.context;
    await bench.stack.kubectl(['apply', '-f', join(EXAMPLES, `${name}.yaml`)]);
    const { status, spec } = await bench.sealed(name);
    t.is(reasonOf(status), reason, JSON.stringify(status?.failures));
    t.is(spec.retention?.hold, name === 'one-device');
    const reported = Object.entries(await bench.parts(name)).flatMap(([node, part]) =>
      (part?.status?.devices ?? []).map((device) => `${node} ${device.pciAddress} ${device.reason}`),
    );
    t.deepEqual(reported.sort(), devices);
    const manifests = [...(await bench.bundle(name)).keys()].filter((path) => /^gpu-.*\/manifest\.json$/.test(path));
    t.is(manifests.length, devices.length);
  });
}

test.serial('a bundle has the page of a collector that has one, as text and as JSON', async (t) => {
  const files = await t.context.bench.bundle('link-diagnostics');
  const folder = 'gpu-b/0000:98:00.0/link';
  const text = files.get(`${folder}/report.txt`)?.toString() ?? '';
  t.regex(text, /^Status opcode +: 1024 {3}\(!\) warning\n +Plug the cable or module\.$/m);
  t.like(JSON.parse(files.get(`${folder}/report.json`)?.toString() ?? ''), { type: 'LinkDiagnostics' });
  const { bench, directory } = t.context;
  const downloaded = await bench.nicdiag('download', 'link-diagnostics', '--output-dir', directory);
  t.is(downloaded.code, 0, downloaded.stderr);
  const bundle = join(directory, 'default-link-diagnostics.tar.zst');
  const { code, stdout, stderr } = await bench.nicdiag('decode', bundle, '--report');
  t.is(code, 0, stderr);
  t.true(stdout.includes(text), 'made anew it is the same');
  const others = await bench.bundle('register-dump');
  t.false([...others.keys()].some((path) => path.includes('regs/report.')));
});

test.serial(
  'nothing was changed on a device: users only read, the driver only made and removed their contexts',
  async (t) => {
    const { stack, awaited } = t.context.bench;
    for (const host of stack.hosts) {
      const log = stack.emulator(host).commandLog();
      t.deepEqual(
        log.filter(({ mutation }) => mutation !== undefined),
        [],
      );
      const written = log.filter(({ uid, command, opMod }) => uid !== 0 && command === 'ACCESS_REG' && opMod !== 1);
      t.deepEqual(written, []);
      const others = log.filter(
        ({ uid, command }) => uid !== 0 && !(READS.test(`${command}`) || OWN.has(`${command}`)),
      );
      t.deepEqual(others, []);
      const driver = () =>
        stack
          .emulator(host)
          .commandLog()
          .flatMap(({ uid, opcode }) => (uid === 0 ? [opcode] : []));
      t.deepEqual([...new Set(driver())].sort(), [CREATE_UCTX, DESTROY_UCTX]);
      const count = (wanted: number) => driver().filter((opcode) => opcode === wanted).length;
      await awaited(() => count(CREATE_UCTX) === count(DESTROY_UCTX), `every context of ${host} was given back`);
    }
  },
);

/** Memory that a dump goes to, of the user's own. */
const OWN = new Set(['CREATE_UMEM', 'DESTROY_UMEM', 'ALLOC_PD', 'DEALLOC_PD', 'CREATE_MKEY', 'DESTROY_MKEY']);
const READS = /^(ACCESS_REG|QUERY_\w+)$/;

test('there is a test for every example', (t) => {
  const files = readdirSync(EXAMPLES).filter((file) => file.endsWith('.yaml'));
  t.deepEqual(files.map((file) => file.slice(0, -5)).sort(), [...Object.keys(examples), ...ELSEWHERE].sort());
});
