import test from 'ava';
import { type NvPlace, nvSettingOf, nvSettings, nvType } from '../../src/prm/index.ts';

const places = (typeClass: string): readonly NvPlace[] =>
  typeClass === 'physical_port'
    ? [{ port: 1 }, { port: 2 }, { port: 255 }]
    : typeClass === 'per_host_pf'
      ? [{ function: 0 }, { function: 3 }, { function: 255 }]
      : [{}];

test('a type names its setting and place, and nothing else', (t) => {
  const seen = new Set<number>();
  for (const setting of nvSettings()) {
    for (const place of places(setting.class)) {
      const type = nvType(setting, place);
      t.deepEqual(nvSettingOf(type), { setting, place }, setting.name);
      t.false(seen.has(type), setting.name);
      seen.add(type);
    }
  }
  for (const type of [0, 0x7f, 0x0200_0080, 0x0400_0080, 0xffff_ffff]) t.is(nvSettingOf(type), undefined);
});

/** By hand: class in 31:24; port in 23:16; function in 17:10 with the parameter in 9:0. */
for (const [name, place, type] of [
  ['GLOBAL_PCI_CONF', {}, 0x0000_0080],
  ['SW_OFFLOAD_CONF', {}, 0x0000_010a],
  ['KEEP_LINK_UP', { port: 2 }, 0x0102_0190],
  ['PF_PCI_CONF', { function: 0 }, 0x0300_0080],
  ['PF_PCI_CONF', { function: 1 }, 0x0300_0480],
] as const) {
  test(`the type of ${name} ${JSON.stringify(place)} is 0x${type.toString(16)}`, (t) => {
    const setting = nvSettings().find((candidate) => candidate.name === name)!;
    t.is(nvType(setting, place), type);
  });
}

test('parameters lie inside their setting, none over another, no name twice', (t) => {
  for (const { name, bytes, fields } of nvSettings()) {
    t.true(bytes > 0 && bytes <= 256 && bytes % 4 === 0, name);
    const bits = new Set<number>();
    for (const { name: field, bit, width } of fields) {
      t.true(width >= 1 && width <= 32 && bit + width <= bytes * 8, `${name}.${field}`);
      for (let at = bit; at < bit + width; at += 1) {
        t.false(bits.has(at), `${name}.${field}`);
        bits.add(at);
      }
    }
    t.is(new Set(fields.map((field) => field.name)).size, fields.length, name);
  }
});

/** As nv_param.c of the Linux kernel declares them: bits counted from the top of each word. */
for (const [setting, field, word, fromTop, width] of [
  ['GLOBAL_PCI_CONF', 'sriov_valid', 0, 0, 1],
  ['GLOBAL_PCI_CONF', 'PF_NUM_OF_VF_VALID', 0, 17, 1],
  ['GLOBAL_PCI_CONF', 'SRIOV_EN', 1, 0, 1],
  ['GLOBAL_PCI_CONF', 'NUM_OF_VFS', 1, 16, 16],
  ['GLOBAL_PCI_CAP', 'max_vfs_per_pf_valid', 0, 0, 1],
  ['GLOBAL_PCI_CAP', 'per_pf_total_vf_supported', 0, 20, 1],
  ['GLOBAL_PCI_CAP', 'sriov_support', 1, 0, 1],
  ['GLOBAL_PCI_CAP', 'max_vfs_per_pf', 1, 16, 16],
  ['PF_PCI_CONF', 'pf_total_vf_en', 0, 9, 1],
  ['PF_PCI_CONF', 'PF_NUM_OF_VF', 2, 16, 16],
  ['SW_OFFLOAD_CONF', 'IP_OVER_VXLAN_PORT', 0, 0, 16],
  ['SW_OFFLOAD_CONF', 'PCI_ATOMIC_MODE', 0, 17, 3],
  ['SW_OFFLOAD_CONF', 'UCTX_EN', 0, 23, 1],
  ['SW_OFFLOAD_CONF', 'CQE_COMPRESSION', 0, 29, 3],
  ['SW_OFFLOAD_CONF', 'VF_MIGRATION_MODE', 1, 8, 2],
  ['SW_OFFLOAD_CONF', 'LRO_LOG_TIMEOUT0', 1, 28, 4],
  ['SW_ACCELERATE_CONF', 'SWP_L4_CHECKSUM_MODE', 0, 0, 2],
  ['KEEP_LINK_UP', 'AUTO_POWER_SAVE_LINK_DOWN', 0, 26, 1],
  ['KEEP_LINK_UP', 'KEEP_ETH_LINK_UP', 0, 31, 1],
] as const) {
  test(`${setting}.${field} is where the kernel has it`, (t) => {
    const found = nvSettings()
      .find(({ name }) => name === setting)
      ?.fields.find(({ name }) => name === field);
    t.like(found, { bit: word * 32 + fromTop, width });
  });
}
