import test from 'ava';
import type { CardProfile } from '../../src/host/profile.ts';
import { header, makeDevice } from './device.ts';

const port = { local_port: 1 };

test('MGIR, MSGI and QUERY_ADAPTER name the same board', (t) => {
  const device = makeDevice();
  const { outbox } = device.command(header(0x101), 272);
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1').replace(/\0+$/, '');
  // QUERY_ADAPTER: query_adapter_param_block at 0x10, PSID at 0xf0 in it; MGIR: PSID at 0x30. By hand.
  t.is(text(outbox.subarray(0x100, 0x110)), 'MT_0000000838');
  t.is(text(device.register('MGIR').bytes.subarray(0x30, 0x40)), 'MT_0000000838');
  t.is(text(device.register('MSGI').bytes.subarray(0, 24)), 'MT2415T00A01');
  t.is(text(device.register('MSGI').bytes.subarray(0x20, 0x34)), 'MCX75310AAS-NEA');
});

test('an Ethernet link that is up looks so in every register', (t) => {
  const device = makeDevice();
  t.is(device.register('PAOS', port).field('oper_status'), 1);
  t.is(device.register('PAOS', port).field('physical_state_status'), 5);
  const ptys = device.register('PTYS', { ...port, proto_mask: 4 });
  t.is(ptys.field('ext_eth_proto_oper'), 1 << 16, '400GAUI-4');
  t.is(ptys.field('data_rate_oper'), 4000);
  t.is(ptys.field('ext_eth_proto_capability') & ptys.field('ext_eth_proto_oper'), ptys.field('ext_eth_proto_oper'));
  t.is(device.register('PTYS', { ...port, proto_mask: 1 }).field('ib_proto_capability'), 0);
  t.is(device.register('PMLP', port).field('width'), 4);
  t.is(device.register('PMAOS').field('oper_status'), 1);
  t.is(device.register('PPLM', port).field('fec_mode_active'), 1 << 7);
  const operational = 'page_data.pddr_operation_info_page_ext';
  const pddr = device.register('PDDR', { ...port, page_select: 0 });
  t.is(pddr.field(`${operational}.phy_mngr_fsm_state`), 3);
  t.is(pddr.field(`${operational}.fec_mode_active`), 7);
  // Page 1: status_opcode at page offset 4.
  t.is(device.register('PDDR', { ...port, page_select: 1 }).bytes[0xf], 0);
});

test('an InfiniBand link that is up looks so in every register', (t) => {
  const device = makeDevice({ card: 1 });
  const ptys = device.register('PTYS', { ...port, proto_mask: 1 });
  t.is(ptys.field('ib_proto_oper'), 0x80, 'NDR');
  t.is(ptys.field('ib_link_width_oper'), 4, '4x');
  t.is(device.register('PTYS', { ...port, proto_mask: 4 }).field('eth_proto_capability'), 0);
  t.is(
    device.register('PDDR', { ...port, page_select: 0 }).field('page_data.pddr_operation_info_page_ext.proto_active'),
    1,
  );
  t.is(device.register('PPCNT', { ...port, grp: 0 }).status, 3, 'no Ethernet counters');
  t.is(device.register('PPCNT', { ...port, grp: 0x21 }).status, 0);
});

test('a cable that is not there shows in every register', (t) => {
  const device = makeDevice({ host: 'gpu-b', card: 1 });
  t.is(device.register('PAOS', port).field('oper_status'), 2);
  t.is(device.register('PTYS', { ...port, proto_mask: 4 }).field('ext_eth_proto_oper'), 0);
  t.is(device.register('PMAOS').field('oper_status'), 2);
  const trouble = device.register('PDDR', { ...port, page_select: 1 });
  // Monitor opcode 1024: 0x0400 in the low half of the word at 0x8 + 0x4.
  t.deepEqual([...trouble.bytes.subarray(0xc, 0x10)], [0, 0, 4, 0]);
  t.is(device.register('PDDR', { ...port, page_select: 3 }).field('page_data.pddr_module_info_ext.cable_type'), 4);
  t.is(
    device
      .register('PDDR', { ...port, page_select: 6 })
      .field('page_data.pddr_link_down_info_page_ext.local_reason_opcode'),
    23,
  );
  const memory = device.register('MCIA', { module: 0, i2c_device_address: 0x50, size: 48 });
  t.is(memory.field('status'), 3, 'not connected');
});

const PAGE_3 = 'page_data.pddr_module_info_ext';
const withCopper = (card: CardProfile): CardProfile => ({
  ...card,
  ports: card.ports.map((each) => ({ ...each, cable: 'copper' })),
});
const TECHNOLOGIES = [
  ['gpu-a', 'OSFP', { cable_identifier: 8, at: 212, byte: 0x0a }],
  ['gpu-b', 'QSFP56', { cable_identifier: 0, at: 147, byte: 0xa0 }],
  ['web-a', 'SFP28', { cable_identifier: 2, at: 8, byte: 0x04 }],
] as const;

for (const [host, kind, { cable_identifier, at, byte }] of TECHNOLOGIES) {
  test(`${kind}, copper: PDDR has the technology byte of the module's memory`, (t) => {
    const device = makeDevice({ host, edit: withCopper });
    const page = device.register('PDDR', { ...port, page_select: 3 });
    t.is(page.field(`${PAGE_3}.cable_identifier`), cable_identifier);
    t.is(page.field(`${PAGE_3}.cable_technology`), byte);
    const index = { module: 0, i2c_device_address: 0x50, device_address: at, size: 1 };
    t.is(device.register('MCIA', index).bytes[0x10], byte);
  });
}

test('closing a port closes it everywhere; opening it opens it again', (t) => {
  const device = makeDevice();
  const close = device.register('PAOS', { ...port, ase: 1, admin_status: 2 }, 'write');
  t.regex(close.mutation ?? '', /PAOS written/);
  t.is(device.register('PAOS', port).field('oper_status'), 2);
  t.is(device.register('PDDR', { ...port, page_select: 1 }).bytes[0xf], 1);
  const frozen = device.register('PPCNT', { ...port, grp: 0 }).bytes;
  device.advance(60);
  t.deepEqual(device.register('PPCNT', { ...port, grp: 0 }).bytes, frozen, 'nothing is counted');
  device.register('PAOS', { ...port, ase: 1, admin_status: 1 }, 'write');
  t.is(device.register('PAOS', port).field('oper_status'), 1);
  const phys = device.register('PPCNT', { ...port, grp: 0x12 });
  t.is(phys.field('counter_set.phys_layer_cntrs_ext.link_down_events'), 1);
});

test('without its write enable, admin_status changes nothing', (t) => {
  const device = makeDevice();
  device.register('PAOS', { ...port, admin_status: 2 }, 'write');
  t.is(device.register('PAOS', port).field('admin_status'), 1);
  t.is(device.register('PAOS', port).field('oper_status'), 1);
});

test('the module is the same in PDDR, in its memory and in the temperature sensor', (t) => {
  const device = makeDevice();
  const info = device.register('PDDR', { ...port, page_select: 3 });
  const upper = device.register('MCIA', { module: 0, i2c_device_address: 0x50, device_address: 128, size: 128 });
  const letters = (from: number, to: number): string =>
    Buffer.from(upper.bytes.subarray(0x10 + from - 128, 0x10 + to - 128)).toString('latin1');
  t.is(letters(129, 145).trim(), 'NVIDIA');
  const partNumber = Buffer.from(info.bytes.subarray(8 + 0x24, 8 + 0x34))
    .toString('latin1')
    .replace(/\0+$/, '');
  t.is(letters(148, 164).trim(), partNumber);
  const lower = device.register('MCIA', { module: 0, i2c_device_address: 0x50, size: 48 });
  const memoryTemperature = (lower.bytes[0x10 + 14]! * 256 + lower.bytes[0x10 + 15]!) / 256;
  const pddrTemperature = info.field('page_data.pddr_module_info_ext.temperature') / 256;
  const sensor = device.register('MTMP', { sensor_index: 64 }).field('temperature') / 8;
  t.true(Math.abs(memoryTemperature - pddrTemperature) < 0.01);
  t.true(Math.abs(sensor - pddrTemperature) <= 1 / 8);
});

test('PDDR gives optical power in µW or in whole dBm', (t) => {
  const device = makeDevice();
  const lane = 'page_data.pddr_module_info_ext.rx_power_lane0';
  const microwatts = device.register('PDDR', { ...port, page_select: 3, module_info_ext: 1 }).field(lane);
  t.true(microwatts > 1000 && microwatts < 1100);
  t.is(device.register('PDDR', { ...port, page_select: 3 }).field(lane), 0);
});
