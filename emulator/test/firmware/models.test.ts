import { readdirSync } from 'node:fs';
import { registerByName } from '@nicdiag/mlx5/prm';
import test from 'ava';
import { capabilityTypes } from '../../src/firmware/capabilities/capabilityTypes.ts';
import { loadCardModel } from '../../src/firmware/cardModel.ts';
import { leavesOf } from '../../src/firmware/layout/leaves.ts';
import { registerTable } from '../../src/firmware/registers/registerTable.ts';
import { makeDevice } from './device.ts';

/** By hand, from the lists of PCI and hardware ids (reference 13.3), with the generation of SerDes and its cage. */
const IDENTITIES: readonly (readonly [
  model: string,
  pci: number,
  vf: number,
  hw: number,
  firmware: number,
  serdes: number | undefined,
  cage: string | undefined,
])[] = [
  ['connectx5', 0x1017, 0x1018, 0x20d, 16, 1, 'QSFP28'],
  ['connectx5-2018', 0x1017, 0x1018, 0x20d, 16, 1, 'QSFP28'],
  ['connectx6dx', 0x101d, 0x101e, 0x212, 22, 3, 'QSFP56'],
  ['connectx6lx', 0x101f, 0x101e, 0x216, 26, 3, 'SFP28'],
  ['connectx7', 0x1021, 0x101e, 0x218, 28, undefined, undefined],
  ['connectx7-dual', 0x1021, 0x101e, 0x218, 28, undefined, 'QSFP112'],
  ['connectx8', 0x1023, 0x101e, 0x21e, 40, 5, 'OSFP224'],
  ['bluefield2', 0xa2d6, 0x101e, 0x214, 24, 3, 'QSFP56'],
  ['bluefield3', 0xa2dc, 0x101e, 0x21c, 32, undefined, undefined],
];

test('every model has its line here', (t) => {
  const files = readdirSync(new URL('../../models/', import.meta.url)).filter((file) => file.endsWith('.json'));
  t.deepEqual(files.map((file) => file.replace('.json', '')).sort(), IDENTITIES.map(([model]) => model).sort());
});

for (const [name, pci, vf, hw, firmware, serdes, cage] of IDENTITIES) {
  test(`${name}: identity as in the reference`, (t) => {
    const model = loadCardModel(name);
    t.is(model.name, name);
    t.deepEqual([model.pciDeviceId, model.vfPciDeviceId, model.hwDevId], [pci, vf, hw]);
    t.is(Number(model.firmwareVersion.split('.')[0]), firmware);
    t.deepEqual([model.serdesVersion, model.cage], [serdes, cage]);
    t.regex(model.psid, /^MT_\d{10}$/);
    t.true(model.productName.length <= 64, 'MSGI has 64 letters');
  });

  test(`${name}: names only what there is`, (t) => {
    const { capabilities, missing } = loadCardModel(name);
    for (const [type, { bits, except = [], maximumOnly = [], values }] of Object.entries(capabilities)) {
      const layout = [...capabilityTypes.values()].find((known) => known.name === type)?.layout;
      if (layout === undefined) return t.fail(`there is no capability type ${type}`);
      const paths = leavesOf(layout).map(({ path }) => path);
      const exists = (field: string): boolean =>
        field.startsWith('*.') ? paths.some((path) => path.endsWith(field.slice(1))) : paths.includes(field);
      const fields = [...(bits === 'all' ? [] : bits), ...except, ...maximumOnly, ...Object.keys(values)];
      for (const field of fields) t.true(exists(field), `${type}.${field}`);
    }
    const known = [...registerTable.values()];
    for (const register of missing?.registers ?? []) {
      t.true(
        known.some(({ name: other }) => other === register),
        register,
      );
    }
    for (const register of missing?.longForms ?? []) {
      const found = known.find(({ name: other }) => other === register);
      t.true(found !== undefined && found.minBytes < found.bytes, `${register} has a short form`);
    }
  });

  test(`${name}: the capability masks say which registers answer`, (t) => {
    const device = makeDevice({ edit: (profile) => ({ ...profile, model: name }) });
    for (const [mask, field, first, groups] of MASKS) {
      if (device.register(mask, { access_reg_group: 0 }).status === BAD_SYS_STATE) continue;
      for (let group = 0; group < groups; group++) {
        const answer = device.register(mask, { access_reg_group: group });
        for (const { id, name: register } of registerTable.values()) {
          const bit = id - first - group * 128;
          if (bit < 0 || bit > 127 || registerByName(register) === undefined) continue;
          const isSet = (answer.field(`${field}[${3 - (bit >>> 5)}]`) >>> (bit & 31)) & 1;
          const answers = device.register(register).status !== BAD_SYS_STATE;
          t.is(isSet === 1, answers, `${mask}: ${register}`);
        }
      }
    }
  });
}

const BAD_SYS_STATE = 4;
const MASKS: readonly (readonly [string, string, number, number])[] = [
  ['MCAM', 'mng_access_reg_cap_mask', 0x9000, 4],
  ['PCAM', 'port_access_reg_cap_mask', 0x5000, 4],
  ['QCAM', 'qos_access_reg_cap_mask', 0x4000, 1],
  ['SBCAM', 'sb_access_reg_cap_mask', 0xb000, 1],
];

test('a model says what differs: values are merged, exceptions added, null takes a type away', (t) => {
  const [base, old] = [loadCardModel('connectx5'), loadCardModel('connectx5-2018')];
  t.true('DEBUG' in base.capabilities);
  t.false('DEBUG' in old.capabilities);
  t.is(old.capabilities['GENERAL']?.values['log_max_cq_sz'], 22, 'from ConnectX-7, three models up');
  t.is(old.capabilities['GENERAL']?.values['max_num_sf'], 0, 'its own');
  t.true(old.capabilities['GENERAL']?.except?.includes('fpga'), 'of ConnectX-7');
  t.true(old.capabilities['GENERAL']?.except?.includes('dtor'), 'its own');
  t.true('VDPA_EMULATION' in loadCardModel('bluefield2').capabilities, 'of all DPUs');
});

test('old firmware answers the form of before a register grew, the rest is 0', (t) => {
  const device = (model: string) => makeDevice({ host: 'web-c', edit: (profile) => ({ ...profile, model }) });
  const [now, then] = [device('connectx5'), device('connectx5-2018')];
  for (const [register, index, short] of [
    ['PPLM', { local_port: 1 }, 80],
    ['SLTP', { local_port: 1, lane: 0 }, 20],
    ['PTYS', { local_port: 1, proto_mask: 4 }, 64],
  ] as const) {
    const [long, old] = [now.register(register, index), then.register(register, index)];
    t.deepEqual([long.status, old.status], [0, 0], register);
    t.deepEqual(old.bytes.subarray(0, 16), long.bytes.subarray(0, 16), register);
    t.true(
      old.bytes.subarray(short).every((byte) => byte === 0),
      `${register} beyond ${short} bytes`,
    );
  }
  const memory = { module: 0, i2c_device_address: 0x50, device_address: 148 };
  t.is(then.register('MCIA', { ...memory, size: 48 }).field('status'), 0);
  t.is(then.register('MCIA', { ...memory, size: 64 }).status, 3, 'more than 48 bytes did not fit');
  t.is(now.register('MCIA', { ...memory, size: 64 }).status, 0);
});

test('without the extended word of PTYS the older one has the speeds', (t) => {
  const answer = makeDevice({ host: 'web-b' }).register('PTYS', { local_port: 1, proto_mask: 4 });
  t.is(answer.field('ext_eth_proto_capability'), 0);
  t.is(answer.field('ext_eth_proto_oper'), 0);
  // 100GBASE-CR4, 25GBASE-CR, 50GBASE-CR2, 40GBASE-CR4, 10GBASE-CR.
  t.is(answer.field('eth_proto_capability'), (2 ** 20 + 2 ** 27 + 2 ** 30 + 2 ** 6 + 2 ** 12) >>> 0);
  t.is(answer.field('eth_proto_oper'), 2 ** 20);
});

test('a port offers what ASIC, SerDes and cage allow', (t) => {
  const speeds = (host: string, card = 0): number =>
    makeDevice({ host, card }).register('PTYS', { local_port: 1, proto_mask: 4 }).field('ext_eth_proto_capability');
  // Bits of ext_eth_proto: 4 10G, 5 40G, 6 25G, 7 50G-2x, 8 50G-1x, 9 100G-4x, 10 100G-2x …
  t.is(speeds('web-a'), 2 ** 4 + 2 ** 6, 'ConnectX-6 Lx: one lane of 25G');
  t.is(speeds('cloud-a'), 2 ** 4 + 2 ** 5 + 2 ** 6 + 2 ** 7 + 2 ** 8 + 2 ** 9 + 2 ** 10, 'ConnectX-6 Dx: to 100G');
  t.is(speeds('ai-a', 1) & (2 ** 20), 2 ** 20, 'ConnectX-8: 800G on four lanes');
  t.is(speeds('gpu-a') & (2 ** 20), 0, 'ConnectX-7: no lanes of 200G');
});
