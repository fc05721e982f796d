import test from 'ava';
import { fieldPosition, formatPosition, getField, setField } from '../../src/prm/index.ts';

test('a path leads through nested layouts, arrays and union members', (t) => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['mgir_ext', 'fw_info.major', '0x20.16:8'],
    ['mgir_ext', 'fw_info.psid[1]', '0x30.16:8'],
    ['pmlp_reg_ext', 'lane_module_mapping[2].module', '0xc.0:8'],
    ['mcam_reg_ext', 'mng_access_reg_cap_mask[3]', '0x14.0:32'],
    ['mtcap_ext', 'sensor_map', '0x8.0:64'],
    ['query_issi_out', 'status', '0x0.24:8'],
  ];
  for (const [layout, path, position] of cases) t.is(formatPosition(fieldPosition(layout, path)), position, path);
});

test('a counter of two fields is one 64-bit number by its plain name', (t) => {
  const path = 'counter_set.eth_802_3_cntrs_grp_data_layout_ext.a_frames_received_ok';
  const bytes = new Uint8Array(256);
  setField(bytes, 'ppcnt_reg_ext', path, 0x1_0000_0002n);
  t.is(getField(bytes, 'ppcnt_reg_ext', `${path}_high`), 1);
  t.is(getField(bytes, 'ppcnt_reg_ext', `${path}_low`), 2);
  t.is(getField(bytes, 'ppcnt_reg_ext', path), 0x1_0000_0002n);
});

test('a path that leads nowhere is refused', (t) => {
  for (const path of [
    'nope',
    'lane_module_mapping[99].module',
    'local_port[0]',
    'lane_module_mapping[0',
    'local_port.x',
    '',
  ]) {
    t.throws(() => fieldPosition('pmlp_reg_ext', path), { message: /has no field/ }, path);
  }
  t.throws(() => getField(new Uint8Array(4), 'mgir_ext', 'fw_info.major'), { message: /behind the end/ });
});
