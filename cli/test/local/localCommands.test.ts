import { load } from 'js-yaml';
import { hostTest } from '../../../mlx5/test/hostTest.ts';
import { runCli } from '../../src/program.ts';
import { testIo } from '../testIo.ts';

const test = hostTest('gpu-b');

/** Runs a command on the emulated host. */
async function run(root: string, ...args: string[]) {
  const { io, written } = testIo();
  const code = await runCli([...args, '--host-root', root], io);
  return { code, ...written };
}

test('device lists what has a debug channel', async (t) => {
  const { root } = t.context.host;
  const table = await run(root, 'device', 'list');
  t.is(table.code, 0);
  t.regex(table.out, /^PCI +MODEL .*\n0000:17:00\.0 +ConnectX-7 +PF +fwctl +\S+fwctl0 +enp23s0np0 +mlx5_0 +Up\n/);
  const json = JSON.parse((await run(root, 'device', '-o', 'json')).out) as { readonly pciAddress: string }[];
  t.deepEqual(
    json.map(({ pciAddress }) => pciAddress),
    ['0000:17:00.0', '0000:98:00.0'],
  );
});

test('info shows what the kernel grants', async (t) => {
  const { code, out } = await run(t.context.host.root, 'info', '-d', 'mlx5_0', '-o', 'json');
  t.is(code, 0);
  t.like(JSON.parse(out), { pciAddress: '0000:17:00.0', channel: 'fwctl', uctxCapabilities: ['TOOLS_RESOURCES'] });
});

test('info and device list take -o text like the other commands; bytes they have none', async (t) => {
  const { root } = t.context.host;
  // The kernel gives a new one each time.
  const withoutUid = (out: string) => out.replace(/^uid .*\n/m, '');
  for (const command of [
    ['info', '-d', 'mlx5_0'],
    ['device', 'list'],
  ]) {
    const usual = await run(root, ...command);
    const text = await run(root, ...command, '-o', 'text');
    t.is(text.code, 0, text.err);
    t.is(withoutUid(text.out), withoutUid(usual.out));
    t.is((await run(root, ...command, '-o', 'yaml')).code, 0);
    const hex = await run(root, ...command, '-o', 'hex');
    t.is(hex.code, 3);
    t.regex(hex.err, /-o must be one of text, (wide, )?json, yaml, not hex/);
  }
});

test('a dry run is told as text, JSON or YAML', async (t) => {
  const dry = (format: string) => run(t.context.host.root, 'fwinfo', '-d', 'fwctl0', '--dry-run', '-o', format);
  const cost = JSON.parse((await dry('json')).out) as object;
  t.like(cost, { device: '0000:17:00.0', type: 'FirmwareInfo' });
  t.deepEqual(load((await dry('yaml')).out), cost);
  t.regex((await dry('hex')).err, /with --dry-run -o must be one of text, json, yaml, not hex/);
});

test('reg reads registers by name and by id, of one port or of all', async (t) => {
  const { root } = t.context.host;
  const both = await run(root, 'reg', '-d', 'enp23s0np0', 'paos', '0x5008', '-p', '1', '-i', 'grp=0', '-o', 'json');
  t.is(both.code, 3);
  t.regex(both.err, /PAOS has no index field "grp"/);
  const named = await run(root, 'reg', '-d', 'enp23s0np0', 'paos', '-o', 'json');
  t.is(named.code, 0, named.err);
  t.like(JSON.parse(named.out), { key: 'PAOS{local_port=1}', fields: { oper_status: 1 } });
  const byId = await run(root, 'reg', '-d', 'enp23s0np0', '0x5008', '-i', 'local_port=1,grp=0', '-o', 'json');
  t.like(JSON.parse(byId.out), { name: 'PPCNT', index: { local_port: 1 } });
});

test('reg reads what the database has not: by name, and what nobody here knows by number and length', async (t) => {
  const { root } = t.context.host;
  const reg = (...args: string[]) => run(root, 'reg', '-d', 'fwctl0', ...args);
  const known = await reg('rcr', '-o', 'json');
  t.is(known.code, 0, known.err);
  t.like(JSON.parse(known.out), { key: 'RCR', fields: { health_severity_bitmask: 7 } });
  t.regex((await reg('mtwe')).out, /^MTWE\n/);
  const timid = await reg('0x90f3', '--length', '48');
  t.is(timid.code, 3);
  t.regex(timid.err, /this is Intrusive.*say --impact Intrusive/);
  const read = await reg('0x90f3', '--length', '48', '-p', '1', '--impact', 'Intrusive', '-o', 'raw');
  t.is(read.code, 0, read.err);
  const bytes = Buffer.from(read.out, 'latin1');
  t.is(bytes.length, 48);
  t.is(bytes.toString('hex', 0, 8), '00010000c0de0104');
  const text = await reg('0x90f3', '--length', '48', '--impact', 'Intrusive');
  t.regex(text.out, /^0x90f3\n(.*\n)*.*at 0x2c: 0xc0de002c\n/);
  const short = await reg('0x90f3', '--length', '8', '--impact', 'Intrusive', '-o', 'json');
  t.is(short.code, 1, 'firmware refuses what is shorter than the register');
  t.like(JSON.parse(short.out), { outcome: 'refused', error: { name: 'BAD_INPUT_LEN' } });
  t.regex((await reg('0x90f3')).err, /no register 0x90f3 .*give its length/);
  t.regex((await reg('0x90f3', '--length', '5')).err, /--length must be a multiple of 4/);
});

test('the same bytes as text, hex, YAML and raw', async (t) => {
  const { root } = t.context.host;
  const mgir = (format: string) => run(root, 'reg', '-d', 'fwctl0', 'MGIR', '-o', format);
  t.regex((await mgir('text')).out, /^MGIR\n {2}/);
  t.regex((await mgir('yaml')).out, /^---\nkey: MGIR\n/);
  const raw = Buffer.from((await mgir('raw')).out, 'latin1');
  t.is(raw.readUInt16BE(2), 0x1021);
  const [key, line] = (await mgir('hex')).out.split('\n');
  t.is(key, 'MGIR');
  t.is(line?.slice(10, 58).replaceAll(/ +/g, ''), raw.toString('hex', 0, 16));
});

test('cap shows the pages that were asked for', async (t) => {
  const { root } = t.context.host;
  const { code, out, err } = await run(root, 'cap', '-d', 'fwctl0', 'roce', '--both', '-o', 'json');
  t.is(code, 0, err);
  const pages = out.trimEnd().split('\n');
  t.deepEqual(
    pages.map((line) => (JSON.parse(line) as { readonly key: string }).key),
    ['ROCE{current=1}', 'ROCE{current=0}'],
  );
  const none = await run(root, 'cap', '-d', 'fwctl0', 'RESERVED_14');
  t.like(none, { code: 1, out: '' });
  t.regex(none.err, /0000:17:00\.0 offers nothing of /);
});

test('cap --diff is a page of what is in force to another extent than there could be', async (t) => {
  const { code, out, err } = await run(t.context.host.root, 'cap', '-d', 'fwctl0', '--diff');
  t.is(code, 0, err);
  t.regex(
    out,
    /^CapabilityDump\n=+\n(.*\n)*GENERAL: in force, of what there could be\n-+\n(.+\n)*log_max_qp +: 17 of 18\n/,
  );
});

test('link prints the page for people, and its items for programs', async (t) => {
  const { root } = t.context.host;
  const page = await run(root, 'link', '-d', 'fwctl0');
  t.is(page.code, 0, page.err);
  t.regex(page.out, /^LinkDiagnostics\n=+\n.*\nPort 1: state\n-+\nLink +: up\n/s);
  const items = await run(root, 'link', '-d', 'fwctl0', '-o', 'json');
  t.true(items.out.split('\n').some((line) => line.includes('"name":"PDDR"')));
});

for (const [command, heading, row] of [
  ['fwinfo', 'FirmwareInfo', /\nPSID +: MT_\w+\n/],
  ['nvconfig', 'NvConfig', /\nSRIOV_EN +: /],
  ['health', 'Health', /\nOverall +: well\n/],
  ['host', 'HostState', /\n0000:17:00\.0 +: 32\.0 GT\/s PCIe x16\n/],
] as const) {
  test(`${command} prints its page`, async (t) => {
    const page = await run(t.context.host.root, command, '-d', 'fwctl0');
    t.is(page.code, 0, page.err);
    t.true(page.out.startsWith(`${heading}\n=`));
    t.regex(page.out, row);
  });
}

test('of a device that cannot be opened the kernel tells all the same', async (t) => {
  const { host } = t.context;
  await host.control({ fault: 'internalError', device: '0000:17:00.0' });
  const [kernel, reg] = [
    await run(host.root, 'host', '-d', 'fwctl0'),
    await run(host.root, 'reg', '-d', 'fwctl0', 'MGIR'),
  ];
  await host.control({ fault: 'clear' });
  t.is(kernel.code, 0, kernel.err);
  t.regex(kernel.out, /\nmlx5_0 board_id +: /);
  t.like(reg, { code: 1, out: '' });
  t.regex(reg.err, /^error: .*fwctl0/);
});

test('nvconfig says of types that the card has not that there is nothing, and shows one that nobody has named', async (t) => {
  const nvconfig = (...args: string[]) => run(t.context.host.root, 'nvconfig', '-d', 'fwctl0', ...args);
  const none = await nvconfig('--types', '0x99,0xffffffff');
  t.is(none.code, 1);
  t.regex(none.err, /^error: 0000:17:00\.0 offers nothing of --types 0x99,0xffffffff; /);
  const some = await nvconfig('--types', '0x99,0x80');
  t.is(some.code, 0, some.err);
  t.regex(some.out, /^SRIOV_EN +: /m);
});

test('rscdump without a segment shows the menu; obj reads the objects that are named', async (t) => {
  const { root } = t.context.host;
  const menu = await run(root, 'rscdump', '-d', 'fwctl0');
  t.is(menu.code, 0, menu.err);
  const near = await run(root, 'rscdump', '-d', 'fwctl0', 'full_qp');
  t.is(near.code, 1, 'what a device has its menu says');
  t.regex(near.err, /menu has no segment FULL_QP; did you mean FULL_QPC\?/);
  t.regex(menu.out, /segment_name +"FULL_QPC"/);
  const missing = await run(root, 'obj', '-d', 'fwctl0', 'qp', '0xfffff0', '-o', 'json');
  t.like(JSON.parse(missing.out), { kind: 'object', error: { name: 'BAD_RES' } });
});

test('what a limit leaves out: the rest is shown, the exit code is 2', async (t) => {
  const some = await run(t.context.host.root, 'obj', '-d', 'fwctl0', 'QP', '0x1-0x3', '--limit', '2', '-o', 'json');
  t.is(some.code, 2, some.err);
  t.is(some.out.trimEnd().split('\n').length, 2);
  t.regex(some.err, /^error: 0000:17:00\.0: QP: 3 ids are asked for, the first 2 are read/);
});

test('coredump needs memory that fwctl does not lend, and says so', async (t) => {
  const { root } = t.context.host;
  t.is((await run(root, 'coredump', '-d', 'fwctl0')).code, 3);
  const refused = await run(root, 'coredump', '-d', 'fwctl0', '--impact', 'Intrusive');
  t.is(refused.code, 1);
  t.regex(refused.err, /0000:17:00\.0.*fwctl/);
});

test('a core dump into the tracer is Unsupported, with the reason and what to run', async (t) => {
  const { root } = t.context.host;
  for (const type of ['General', 'QueuePair']) {
    const refused = await run(root, 'coredump', '-d', 'fwctl0', '--impact', 'Intrusive', '--type', type);
    t.is(refused.code, 1);
    t.regex(refused.err, /needs the tracer.*reporter fw/);
  }
  t.is((await run(root, 'coredump', '-d', 'fwctl0', '--impact', 'Intrusive', '--type', 'Qp')).code, 3);
});

test('what is more than a read must be asked for', async (t) => {
  const { host } = t.context;
  await host.untilIdle();
  const before = host.log().length;
  const refused = await run(host.root, 'link', '-d', 'fwctl0', '--eye');
  t.like(refused, { code: 3, out: '' });
  t.regex(refused.err, /DebugWrite: it changes debug state .* --impact DebugWrite/);
  t.is(host.log().length, before, 'the device was not even opened');
});

test('a read that firmware refuses: the rest is shown, the exit code is 2', async (t) => {
  const { host } = t.context;
  await host.control({ fault: 'refuse', device: '0000:17:00.0', register: 'PAOS', status: 3, times: 1 });
  const { code, out } = await run(host.root, 'reg', '-d', 'fwctl0', 'PAOS', 'MGIR', '-o', 'json');
  await host.control({ fault: 'clear' });
  t.is(code, 2);
  t.like(JSON.parse(out.split('\n')[0] ?? ''), { name: 'PAOS', outcome: 'refused', error: { name: 'BAD_PARAM' } });
});

test('of a device that vanishes half way the page shows what it had said', async (t) => {
  const { host } = t.context;
  const device = '0000:17:00.0';
  await host.control({ fault: 'remove', device, register: 'PDDR' });
  const half = await run(host.root, 'link', '-d', device);
  await host.control({ fault: 'restore', device });
  t.is(half.code, 1);
  t.regex(half.out, /^LinkDiagnostics\n(.*\n)*Part number +: MCX/);
  t.regex(half.err, /^error: a command to 0000:17:00\.0 .*ENODEV: the device was removed/);
  await host.control({ fault: 'errno', errno: 'ENODEV', device });
  const nothing = await run(host.root, 'link', '-d', device);
  await host.control({ fault: 'clear' });
  t.like(nothing, { code: 1, out: '' });
});

for (const [title, args, code, message] of [
  ['no device is named', ['reg', 'MGIR'], 3, /Name one with -d/],
  ['nothing is asked for', ['reg', '-d', 'fwctl0'], 3, /name registers, or a --set/],
  ['a set that is none', ['reg', '-d', 'fwctl0', '--set', 'Most'], 3, /--set must be Standard or All/],
  ['an index without a value', ['reg', '-d', 'fwctl0', 'PPCNT', '-i', 'grp'], 3, /--indexes takes field=value/],
  [
    'an index that is no number',
    ['reg', '-d', 'fwctl0', 'PPCNT', '-i', 'grp=all'],
    3,
    /grp=all: all is no number from 0/,
  ],
  [
    'a number too large',
    ['reg', '-d', 'fwctl0', 'PPCNT', '-p', '4294967296'],
    3,
    /--port: 4294967296 is no number from/,
  ],
  [
    'a port too large',
    ['reg', '-d', 'fwctl0', 'PPCNT', '-p', '9999'],
    3,
    /PPCNT\.local_port: "9999" is no number of 8 bits/,
  ],
  ['an index that is none', ['reg', '-d', 'fwctl0', 'PPCNT', '-i', 'foo=1'], 3, /PPCNT has no index field "foo"/],
  ['a register that is none', ['reg', '-d', 'fwctl0', 'MGIRR'], 3, /no register MGIRR .* did you mean MGIR/],
  ['an id that is none', ['reg', '-d', 'fwctl0', '0x99999999'], 3, /0x99999999 is no register: their ids have 16 bits/],
  ['a register that is never read', ['reg', '-d', 'fwctl0', 'MFBE'], 3, /MFBE/],
  ['an object that is none', ['obj', '-d', 'fwctl0', 'NOPE', '1'], 3, /NOPE/],
  ['an id that is no number', ['obj', '-d', 'fwctl0', 'QP', 'x'], 3, /QP: "x" is no id, range or list/],
  ['a range backwards', ['obj', '-d', 'fwctl0', 'QP', '0x100-0x1'], 3, /QP: "0x100-0x1" is no id, range or list/],
  [
    'a page that is none',
    ['cap', '-d', 'fwctl0', 'NOSUCH'],
    3,
    /no capability page NOSUCH; there are GENERAL, ETHERNET/,
  ],
  ['a page that is nearly one', ['cap', '-d', 'fwctl0', 'roc'], 3, /no capability page ROC; did you mean ROCE\?/],
  ['an object that is nearly one', ['obj', '-d', 'fwctl0', 'QPP', '1'], 3, /no object type QPP: did you mean QP\?/],
  ['an object without ids', ['obj', '-d', 'fwctl0', 'RQT'], 3, /ids \(rqtn\) is missing, e\.g\. "0x100-0x1ff"$/m],
  ['an index twice', ['reg', '-d', 'fwctl0', 'PPCNT', '-p', '1', '-i', 'local_port=2'], 3, /local_port is given twice/],
  ['a set of one port', ['reg', '-d', 'fwctl0', '--set', 'Standard', '-p', '1'], 3, /a --set has its own indexes/],
  ['the length of a known one', ['reg', '-d', 'fwctl0', 'MGIR', '--length', '4'], 3, /the length of MGIR is known/],
  ['a segment without a name', ['rscdump', '-d', 'fwctl0', ''], 3, /an argument of rscdump is empty/],
  ['no number to follow', ['rscdump', '-d', 'fwctl0', '--follow', ''], 3, /--follow must be a number .*, not nothing/],
  ['an empty device', ['fwinfo', '-d', ''], 3, /-d is followed by nothing/],
  ['what devices cannot do', ['device', 'show'], 3, /'show' is invalid.*Allowed choices are list/],
  ['a type that is none', ['nvconfig', '-d', 'fwctl0', '--types', 'zz'], 3, /--types: zz is no number/],
  ['a type that is negative', ['nvconfig', '-d', 'fwctl0', '--types=-1'], 3, /--types: -1 is no number/],
  ['a type in parts', ['nvconfig', '-d', 'fwctl0', '--types', '1.5'], 3, /--types: 1\.5 is no number/],
  ['a type too large', ['nvconfig', '-d', 'fwctl0', '--types', '0x100000000'], 3, /--types: 0x100000000 is no number/],
  ['no type', ['nvconfig', '-d', 'fwctl0', '--types', ''], 3, /--types: nothing is no number/],
  ['a format that is none', ['reg', '-d', 'fwctl0', 'MGIR', '-o', 'xml'], 3, /-o must be one of text, json/],
  ['an impact that is none', ['reg', '-d', 'fwctl0', 'MGIR', '--impact', 'Much'], 3, /--impact must be one of/],
  ['an index without a segment', ['rscdump', '-d', 'fwctl0', '--index1', 'all'], 3, /name the segment/],
  ['a mode that is none', ['rscdump', '-d', 'fwctl0', '--mode', 'Fast'], 3, /--mode must be one of Auto, Inline/],
  ['a limit that is none', ['obj', '-d', 'fwctl0', 'QP', 'all', '--limit', '0'], 3, /--limit must be a number/],
  ['both kinds of capability', ['cap', '-d', 'fwctl0', '--max', '--both'], 3, /exclude each other/],
] as const) {
  test(`refused: ${title}`, async (t) => {
    const result = await run(t.context.host.root, ...args);
    t.is(result.code, code, result.err);
    t.regex(result.err, message);
  });
}
