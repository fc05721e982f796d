import test from 'ava';
import fc from 'fast-check';
import { fuzzing } from '../../../../tools/src/fuzz/fuzzing.ts';
import type { Item } from '../../../src/collect/item.ts';
import { formatReport, type Report, type ReportRow, reporterOf } from '../../../src/decode/index.ts';
import { allRegisters } from '../../../src/prm/index.ts';
import { registerItem } from '../../registerItem.ts';

/* Items by hand from the register documentation: words by their byte offset. */

const reporter = reporterOf('LinkDiagnostics')!;

function rowOf(report: Report, section: string, label: string): ReportRow | undefined {
  return report.sections.find(({ title }) => title === section)?.rows.find((row) => row.label === label);
}

const ascii = (text: string, byte: number): Record<number, number> => {
  const padded = Buffer.alloc(Math.ceil((text.length + 1) / 4) * 4);
  padded.write(text);
  return Object.fromEntries(
    Array.from({ length: padded.length / 4 }, (_, at) => [byte + at * 4, padded.readUInt32BE(at * 4)]),
  );
};

const port = { local_port: 1 };
const PMLP = registerItem('PMLP', { 0: 0x0001_0004, 4: 0, 8: 0x0101_0000, 12: 0x0202_0000, 16: 0x0303_0000 }, port);

/** 400GAUI-4 up; all speeds from 25G on enabled. */
function ptys({ active = 1 << 16, admin = 0x13f60, rate = 4000 } = {}): Item {
  const words = { 0: 0x0001_0004, 4: 0x1fa0_0000 | rate, 8: admin, 20: admin, 32: active };
  return registerItem('PTYS', words, { ...port, proto_mask: 4 });
}

function pddr(page: number, words: Record<number, number>): Item {
  const moved = Object.fromEntries(Object.entries(words).map(([byte, word]) => [Number(byte) + 8, word]));
  return registerItem('PDDR', { 0: 0x0001_0000, 4: page, ...moved }, { ...port, page_select: page });
}

/** proto_active 4 at .20:4, FSM active (3); cable speeds at 0x10. */
const operation = (cable = 0x13f60): Item =>
  pddr(0, { 0: 0x0042_0000, 4: 0x0306_0000, 16: cable, 20: 1 << 16, 28: (7 << 16) | 0x80, 56: 2 });

const UP = registerItem('PAOS', { 0: 0x0001_0101, 4: 0x0004_0050 }, port);

test('an Ethernet link that is up: state, speed, width, FEC, opcode', (t) => {
  const report = reporter.report([
    UP,
    ptys(),
    PMLP,
    operation(),
    pddr(1, { ...ascii('No issue was observed', 0xc) }),
    registerItem('PPLM', { 0: 0x0001_0000, 12: 0x80 }, port),
  ]);
  const state = (label: string): unknown => rowOf(report, 'Port 1: state', label)?.value;
  t.deepEqual(
    ['Link', 'Physical state', 'Logical state', 'Protocol', 'Speed', 'Width', 'FEC', 'PHY manager'].map(state),
    ['up', 'LinkUp', 'Active', 'Ethernet', '400 Gb/s', '4x', 'Standard RS', 'Active'],
  );
  t.deepEqual(state('Enabled speeds'), ['400G', '200G', '100G', '50G', '40G', '25G']);
  t.is(rowOf(report, 'Port 1: state', 'Speed')?.severity, undefined);
  t.like(rowOf(report, 'Port 1: troubleshooting', 'Status opcode'), { value: 0, severity: 'ok' });
  t.is(rowOf(report, 'Port 1: troubleshooting', 'Message of firmware')?.value, 'No issue was observed');
  t.true(formatReport(report).startsWith('LinkDiagnostics\n===============\nNothing needs attention.\n'));
});

test('a link slower than port and cable is marked; a cable that can do no more is not to blame', (t) => {
  const slow = ptys({ active: 1 << 12, rate: 2000 });
  const marked = reporter.report([UP, slow, PMLP, operation()]);
  t.like(rowOf(marked, 'Port 1: state', 'Speed'), { value: '200 Gb/s', severity: 'warning' });
  const cable = reporter.report([UP, slow, PMLP, operation(0x3f60)]);
  t.is(rowOf(cable, 'Port 1: state', 'Speed')?.severity, undefined);
});

test('an InfiniBand link on fewer lanes than enabled', (t) => {
  // NDR at 1x: ib_proto .0:16, ib_link_width .16:16 (1 1x, 4 4x) at 0x10, 0x1c, 0x28.
  const words = { 0: 0x0001_0001, 4: 0x1fa0_03e8, 16: 0x0007_00ff, 28: 0x0007_00ff, 40: 0x0001_0080 };
  const report = reporter.report([UP, registerItem('PTYS', words, { ...port, proto_mask: 1 }), PMLP]);
  t.is(rowOf(report, 'Port 1: state', 'Speed')?.value, 'NDR (100 Gb/s)');
  t.like(rowOf(report, 'Port 1: state', 'Width'), {
    severity: 'warning',
    advice: 'A lane is missing: reseat or replace the cable.',
  });
});

for (const [title, opcode, reporter_, meaning, advice] of [
  ['closed', 1, 'PHY firmware', 'port closed by command (PAOS)', /open it/],
  ['without signal', 57, 'PHY firmware', 'signal not detected', /other end is up/],
  ['unplugged', 1024, 'management firmware', 'cable unplugged', /^Plug/],
  ['with a hot module', 1030, 'management firmware', 'module temperature shutdown', /air flow/],
] as const) {
  test(`a port that is ${title}: opcode ${opcode} with its text and advice`, (t) => {
    const report = reporter.report([pddr(1, { 4: opcode })]);
    const section = 'Port 1: troubleshooting';
    t.like(rowOf(report, section, 'Status opcode'), { value: opcode, severity: 'warning' });
    t.regex(rowOf(report, section, 'Status opcode')?.advice ?? '', advice);
    t.is(rowOf(report, section, 'Reported by')?.value, reporter_);
    t.is(rowOf(report, section, 'Meaning')?.value, meaning);
  });
}

test('a link that is down is an error; one that somebody closed is a warning', (t) => {
  const down = registerItem('PAOS', { 0: 0x0001_0102, 4: 0x0001_0020 }, port);
  const closed = registerItem('PAOS', { 0: 0x0001_0202, 4: 0x0001_0030 }, port);
  t.like(rowOf(reporter.report([down]), 'Port 1: state', 'Link'), { value: 'down', severity: 'error' });
  t.like(rowOf(reporter.report([closed]), 'Port 1: state', 'Link'), { value: 'down', severity: 'warning' });
});

test('the last link-down: reason, blame, intent', (t) => {
  // down_blame .0:4 remote, down_intent .4:4 unintentional; local reason 20, remote reason 2.
  const report = reporter.report([pddr(6, { 0: 0x22, 4: 20, 8: 2 })]);
  const rows = report.sections.find(({ title }) => title === 'Port 1: history')?.rows ?? [];
  t.deepEqual(
    rows.map(({ label, value }) => [label, value]),
    [
      ['Last reason here', 'Received Remote Fault'],
      ['Last reason at the other end', 'Hi BER'],
      ['Blamed', 'Remote phy'],
      ['Intent', 'unintentional'],
    ],
  );
});

for (const [coefficient, magnitude, severity] of [
  [15, 255, 'ok'],
  [9, 16, 'ok'],
  [2, 15, 'warning'],
  [1, 13, 'warning'],
  [1, 12, 'error'],
  [3, 8, 'error'],
] as const) {
  test(`an effective BER of ${coefficient}E-${magnitude} is ${severity}`, (t) => {
    // Data from 0x8: received bits +0x8, raw BER +0x60, effective BER +0x64 (magnitude .8:8, coefficient .0:4).
    const words = { 0: 0x0001_0016, 20: 1000, 104: (9 << 8) | 4, 108: (magnitude << 8) | coefficient };
    const report = reporter.report([PMLP, registerItem('PPCNT', words, { grp: 0x16, ...port })]);
    t.like(rowOf(report, 'Port 1: errors', 'Effective BER'), { value: `${coefficient}E-${magnitude}`, severity });
    t.is(rowOf(report, 'Port 1: errors', 'Raw BER')?.value, '4E-9');
  });
}

test('bins of the FEC histogram with their ranges', (t) => {
  // num_of_bins 0x4.16:8; ranges from 0x10, high_val .16:6, low_val .0:6; PPCNT counts of 64 bits from 0x8.
  const ranges = registerItem('PPHCR', { 0: 0x0001_0000, 4: 3 << 16, 20: 0x0003_0001, 24: 0x0007_0004 }, port);
  const counts = registerItem('PPCNT', { 0: 0x0001_0023, 12: 5, 16: 1, 20: 0, 28: 7 }, { grp: 0x23, ...port });
  const rows = reporter.report([ranges, counts]).sections.find(({ title }) => title === 'Port 1: FEC histogram')?.rows;
  t.deepEqual(
    rows?.map(({ label, value }) => [label, value]),
    [
      ['Bin 0 (errors 0)', 5],
      ['Bin 1 (errors 1 to 3)', 2 ** 32],
      ['Bin 2 (errors 4 to 7)', 7],
    ],
  );
});

/** SLRG pages from 0x4; version .24:4, status .28:4. */
const EYES: readonly (readonly [string, number, Record<number, number>, string, number])[] = [
  ['28nm', 1, { 8: 5000 }, 'Grade', 5000],
  ['28nm', 1, { 24: (77 << 16) | 66 }, 'Eye height above', 77],
  ['16nm', 3, { 32: (202 << 16) | 201 }, 'Middle eye grade', 202],
  ['7nm', 4, { 12: (188 << 24) | (187 << 16) | (186 << 8) | 185 }, 'Last figure of merit', 188],
  ['5nm', 5, { 12: (1234 << 16) | 1200 }, 'Last figure of merit', 1234],
  ['serdes gen 8', 6, { 16: (900 << 16) | 800 }, 'Middle eye', 900],
];
for (const [serdes, version, words, label, value] of EYES) {
  test(`what SerDes ${serdes} have measured: ${label}`, (t) => {
    const lane = (index: number, status: number): Item =>
      registerItem(
        'SLRG',
        { 0: (status << 28) | (version << 24) | (1 << 16) | (index << 8), ...words },
        { ...port, lane: index },
      );
    const report = reporter.report([lane(0, 1), lane(1, 1), lane(2, 0)]);
    t.is(rowOf(report, 'Port 1: eye', 'SerDes')?.value, serdes);
    t.deepEqual(rowOf(report, 'Port 1: eye', label)?.value, [value, value]);
  });
}

test('module: PDDR first, its memory where PDDR says nothing, and a word when they differ', (t) => {
  // vendor name 0x14, part number 0x24, serial number 0x3c; temperature and voltage 0x4c, powers in µW from 0x50.
  const page = pddr(3, {
    4: 2 << 28,
    ...ascii('NVIDIA', 0x14),
    ...ascii('MMA-1', 0x24),
    ...ascii('SN-PDDR', 0x3c),
    76: ((45 * 256) << 16) | 33_000,
    80: (1000 << 16) | 500,
    84: 2000 << 16,
    128: ((80 * 256) << 16) | ((-10 * 256) & 0xffff),
  });
  const memory = (start: number, text: string): Item =>
    registerItem('MCIA', ascii(text, 0x10), {
      module: 0,
      i2c_device_address: 0x50,
      page_number: 0,
      device_address: start,
      size: 16,
    });
  const identity = registerItem(
    'MCIA',
    { 16: 0x1950_0000 },
    {
      module: 0,
      i2c_device_address: 0x50,
      page_number: 0,
      device_address: 0,
      size: 3,
    },
  );
  const serial = memory(166, 'SN-MEMORY'.padEnd(15));
  const report = reporter.report([PMLP, page, identity, serial]);
  const value = (label: string): unknown => rowOf(report, 'Port 1: module', label)?.value;
  t.deepEqual(['Vendor', 'Part number', 'Serial number', 'Memory map', 'Temperature', 'Voltage'].map(value), [
    'NVIDIA',
    'MMA-1',
    'SN-PDDR',
    'CMIS 5.0',
    '45 (-10 to 80)',
    3.3,
  ]);
  t.deepEqual(value('Rx power'), [0, -3.01, 3.01, -40]);
  t.like(rowOf(report, 'Port 1: module', 'Serial number in its memory'), { value: 'SN-MEMORY', severity: 'warning' });
  const alone = reporter.report([PMLP, identity, serial]);
  t.is(rowOf(alone, 'Port 1: module', 'Serial number')?.value, 'SN-MEMORY');
});

test('a hot module, and a module in error', (t) => {
  const hot = pddr(3, { 4: 2 << 28, 76: ((81 * 256) << 16) | 33_000, 128: (80 * 256) << 16 });
  t.is(rowOf(reporter.report([PMLP, hot]), 'Port 1: module', 'Temperature')?.severity, 'error');
  const broken = registerItem('PMAOS', { 0: 0x0000_0103, 4: 3 << 8 }, { module: 0 });
  const row = rowOf(reporter.report([PMLP, broken]), 'Port 1: module', 'State');
  t.like(row, { value: 'module plugged with error', severity: 'error' });
  t.regex(row?.advice ?? '', /^bad or unsupported EEPROM: /);
});

test('PCI Express: fewer lanes and less speed than could be', (t) => {
  // enabled x1 to x16 (mask) and 2.5 to 32 GT/s; active x8 at 16 GT/s; the slot does 32 GT/s.
  const slot = (active: number): Item =>
    registerItem('MPEIN', { 8: (0x1f << 16) | 0x37, 12: active, 28: 0x37 << 16, 24: 1 << 16 });
  const narrow = reporter.report([slot((8 << 16) | 0x10)]);
  t.like(rowOf(narrow, 'PCI Express', 'Width'), { value: 'x8', severity: 'warning' });
  t.like(rowOf(narrow, 'PCI Express', 'Speed'), { value: '16 GT/s', severity: 'warning' });
  const full = reporter.report([slot((16 << 16) | 0x20)]);
  t.is(rowOf(full, 'PCI Express', 'Width')?.severity, 'ok');
  t.is(rowOf(full, 'PCI Express', 'Speed')?.severity, 'ok');
});

test('a register that firmware refused has no row, and a report of nothing is a page', (t) => {
  const refused: Item = { ...UP, outcome: 'refused' };
  t.is(rowOf(reporter.report([refused]), 'Port 1: state', 'Link'), undefined);
  t.is(formatReport(reporter.report([])), 'LinkDiagnostics\n===============\nNothing was read.\n');
});

for (const type of ['LinkDiagnostics', 'FirmwareInfo', 'NvConfig']) {
  test(`whatever firmware answers, ${type} has a page`, (t) => {
    const names = allRegisters()
      .map(({ name }) => name)
      .filter((name) =>
        /^(MCIA|PDDR|PPCNT|PTYS|PAOS|PMLP|SLRG|SLTP|PPHCR|MPEIN|MNVDA|MCQS|MCQI|MGIR|MSGI|MTUTC|MRTC|MISOC|PMAOS)$/.test(
          name,
        ),
      );
    const answers = fc.array(
      fc.record({
        name: fc.constantFrom(...names),
        words: fc.dictionary(
          fc.nat(40).map((at) => String(at * 4)),
          fc.nat(2 ** 32 - 1),
          { maxKeys: 20 },
        ),
        index: fc.record({
          local_port: fc.constantFrom(1, 2),
          page_select: fc.constantFrom(0, 1, 3, 6, 8),
          grp: fc.constantFrom(0, 0x12, 0x16, 0x22, 0x23),
          proto_mask: fc.constantFrom(1, 4),
          module: fc.nat(1),
          lane: fc.nat(3),
          device_address: fc.nat(255),
          size: fc.nat(300),
          component_index: fc.nat(2),
          info_type: fc.nat(6),
          'configuration_item_header.type': fc.constantFrom(0x80, 0x81, 0x77, 0x0101_0012),
          'configuration_item_header.access_mode': fc.nat(2),
        }),
        cut: fc.nat(300),
      }),
      { maxLength: 12 },
    );
    t.notThrows(() =>
      fc.assert(
        fc.property(answers, (all) => {
          const items = all.map(({ name, words, index, cut }) => {
            const inside = Object.fromEntries(
              Object.entries(words).filter(([byte]) => Number(byte) < 8 || byte === '12'),
            );
            const item = registerItem(name, inside, index);
            return {
              ...item,
              frames: item.frames.map((frame) => ({ ...frame, outbox: frame.outbox.subarray(0, 16 + cut) })),
            };
          });
          const { needs, report } = reporterOf(type)!;
          return formatReport(report(items.filter(needs))).startsWith(`${type}\n`);
        }),
        fuzzing(200),
      ),
    );
  });
}
