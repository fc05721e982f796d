import test, { type ExecutionContext } from 'ava';
import { decodeStruct, getField, parsePosition, readField, setField } from '../../src/prm/index.ts';
import { compiler, linesOf } from '../witness/cProgram.ts';

/** C programs, and how many vectors each prints. */
const SOURCES: readonly (readonly [string, number])[] = [
  ['registers.c', 6],
  ['dumps.c', 12],
];
function checkVector(t: ExecutionContext, line: string): void {
  const [layout, hex, ...pairs] = line.split(' ') as [string, string, ...string[]];
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
  const built = new Uint8Array(bytes.length);
  for (const pair of pairs) {
    const [path, text] = pair.split('=') as [string, string];
    t.is(BigInt(getField(bytes, layout, path)), BigInt(text), `${layout}.${path}`);
    setField(built, layout, path, BigInt(text));
  }
  t.deepEqual(built, bytes, `${layout}: the codec sets other bits than the compiler`);
  t.deepEqual(decodeStruct(layout, bytes).unknown, []);
}

const compiled = compiler === undefined ? test.skip : test;
compiled('the codec puts every field where a C compiler puts it (skipped without a C compiler)', (t) => {
  for (const [source, count] of SOURCES) {
    const lines = linesOf(new URL(`../golden/${source}`, import.meta.url));
    t.is(lines.length, count, source);
    for (const line of lines) checkVector(t, line);
  }
});

test('vectors set down by hand from the documentation', (t) => {
  // The tool's README: UID and capabilities apart, the documented positions of well-known fields.
  const cases: readonly (readonly [string, string, string])[] = [
    ['mgir_ext', 'fw_info.psid[0]', '0x30.24:8'],
    ['mgir_ext', 'hw_info.hw_dev_id', '0x8.0:16'],
    ['mgir_ext', 'fw_info.extended_major', '0x44.0:32'],
    ['mtcap_ext', 'sensor_count', '0x0.0:7'],
    ['mpein_reg_ext', 'link_width_active', '0xc.16:8'],
    ['mpein_reg_ext', 'device_status', '0x24.16:16'],
    ['ptys_reg_ext', 'data_rate_oper', '0x4.0:16'],
    ['ptys_reg_ext', 'an_status', '0x4.28:4'],
    ['pddr_reg_ext', 'page_select', '0x4.0:8'],
    ['pddr_reg_ext', 'page_data.pddr_module_info_ext.temperature', '0x54.16:16'],
    ['mcam_reg_ext', 'access_reg_group', '0x0.0:8'],
    ['cmd_hca_cap', 'vhca_id', '0x4.0:16'],
    ['cmd_hca_cap', 'num_ports', '0x34.0:8'],
    ['cmd_hca_cap', 'mcam_reg', '0x34.22:1'],
    ['cmd_hca_cap', 'debug', '0x30.28:1'],
    ['debug_cap', 'log_max_samples', '0x0.0:8'],
  ];
  for (const [layout, path, position] of cases) {
    const bytes = new Uint8Array(256);
    const field = parsePosition(position);
    const value = 2 ** Math.min(field.width, 31) - 1;
    setField(bytes, layout, path, value);
    t.is(readField(bytes, field), value, `${layout}.${path}`);
    const elsewhere = bytes.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
    t.is(elsewhere, Math.min(field.width, 31), `${layout}.${path} sets bits elsewhere`);
  }
});
