import { getField } from '@nicdiag/mlx5/prm';
import test from 'ava';
import { createCard } from '../../src/firmware/card.ts';
import { modelOf } from '../../src/firmware/cardModel.ts';
import { createFirmwareFunction } from '../../src/firmware/firmwareFunction.ts';
import { createManualClock } from '../../src/firmware/state/clock.ts';
import { loadHostProfile } from '../../src/host/profile.ts';
import { functionMac } from '../../src/host/sysfs/addresses.ts';
import { askingDevice, header } from './device.ts';

/** All functions of a card, on one state. */
function functionsOf(host: string, at = 0) {
  const profile = loadHostProfile(host).cards[at]!;
  const card = createCard(modelOf(profile), profile, createManualClock(), 1);
  return profile.functions.map((fn, vhcaId) => {
    const firmware = createFirmwareFunction(card, fn, vhcaId);
    return { fn, ...askingDevice(firmware, firmware.uids.create(fn.uctxCap)!) };
  });
}

test('two PFs of one card have each its own port, which each calls 1', (t) => {
  const [first, second] = functionsOf('web-a');
  const module = (device: typeof first) =>
    device!.register('PMLP', { local_port: 1 }).field('lane_module_mapping[0].module');
  t.deepEqual([module(first), module(second)], [0, 1], 'modules count over the card');
  t.is(second!.register('PAOS', { local_port: 2 }).status, 3, 'no second port');
  t.is(second!.register('MGIR').field('hw_info.num_ports'), 2, 'the card has two');
  const general = (device: typeof first, field: string) =>
    Number(getField(device!.command(header(0x100, 1), 4112).outbox.subarray(16), 'cmd_hca_cap', field));
  t.deepEqual([general(first, 'num_ports'), general(second, 'num_ports')], [1, 1]);
  t.deepEqual([general(first, 'native_port_num'), general(second, 'native_port_num')], [1, 2]);
});

test('what one PF sets at its port is not set at the other', (t) => {
  const [first, second] = functionsOf('web-a');
  t.is(first!.register('PAOS', { local_port: 1, admin_status: 2, ase: 1 }, 'write').status, 0);
  t.is(first!.register('PAOS', { local_port: 1 }).field('oper_status'), 2);
  t.is(second!.register('PAOS', { local_port: 1 }).field('oper_status'), 1);
  t.is(first!.register('PMTU', { local_port: 1, admin_mtu: 1500 }, 'write').status, 0);
  t.is(first!.register('PMTU', { local_port: 1 }).field('admin_mtu'), 1500);
  t.not(second!.register('PMTU', { local_port: 1 }).field('admin_mtu'), 1500);
});

test('two PFs that share a port see the same of it', (t) => {
  const [first, second] = functionsOf('hpc-b');
  t.is(first!.register('PAOS', { local_port: 1, admin_status: 2, ase: 1 }, 'write').status, 0);
  t.is(second!.register('PAOS', { local_port: 1 }).field('oper_status'), 2);
  const macs = [first, second].map((device) => functionMac(device!.firmware.card, device!.fn));
  t.is(new Set(macs).size, 2, 'but have addresses of their own');
});

test('one function may have both ports', (t) => {
  const [only] = functionsOf('hpc-a');
  t.is(only!.register('PAOS', { local_port: 2 }).status, 0);
  t.is(only!.register('PTYS', { local_port: 1, proto_mask: 1 }).field('ib_link_width_oper'), 2, 'NDR200 on two lanes');
  t.is(only!.register('PTYS', { local_port: 2, proto_mask: 1 }).field('ib_proto_oper'), 2 ** 6, 'HDR');
});

test('the Arm side of a DPU owns the eswitch, its host does not', (t) => {
  const caps = (host: string) => {
    const [device] = functionsOf(host);
    const page = (opMod: number) => device!.command(header(0x100, opMod), 4112).outbox.subarray(16);
    return [
      Number(getField(page(0x1), 'cmd_hca_cap', 'eswitch_manager')),
      Number(getField(page(0x13), 'e_switch_cap', 'ecpf_vport_exists')),
    ];
  };
  t.deepEqual(caps('dpu-a'), [1, 1]);
  t.deepEqual(caps('cloud-b'), [0, 0]);
  t.deepEqual(caps('cloud-a'), [1, 0], 'no DPU');
});

test('a limited PF reads some registers and is refused all others', (t) => {
  const [device] = functionsOf('hgx-a');
  t.is(device!.register('MGIR').status, 0);
  t.is(device!.register('PAOS', { local_port: 1 }).status, 0);
  t.is(device!.register('PPCNT', { local_port: 1, grp: 0 }).status, 4);
});

test('an SFP says at one address what it is and at a second one what it measures', (t) => {
  const [optical, copper] = functionsOf('web-a');
  const read = (device: typeof optical, module: number, address: number, at: number, size: number) =>
    device!.register('MCIA', { module, i2c_device_address: address, device_address: at, size });
  const text = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(16)).toString('latin1');
  t.is(read(optical, 0, 0x50, 0, 1).bytes[16], 0x03);
  t.true(text(read(optical, 0, 0x50, 40, 16).bytes).startsWith('MMA2P00-AS      '));
  const base = read(optical, 0, 0x50, 0, 48).bytes.subarray(16, 64);
  const rest = read(optical, 0, 0x50, 48, 48).bytes.subarray(16, 64);
  const sum = [...base, ...rest.subarray(0, 15)].reduce((total, byte) => (total + byte) & 0xff, 0);
  t.is(rest[15], sum, 'checksum of bytes 0 to 62 in byte 63');
  t.true(
    read(optical, 0, 0x51, 96, 10)
      .bytes.subarray(16, 26)
      .some((byte) => byte !== 0),
  );
  t.is(read(copper, 1, 0x51, 96, 10).field('status'), 2, 'passive copper measures nothing');
  t.is(optical!.register('PMTM', { module: 0 }).field('module_type'), 2);
});
