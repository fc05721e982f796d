import { indexFields, registerById, registerByName } from '@nicdiag/mlx5/prm';
import test from 'ava';
import fc from 'fast-check';
import { registerTable } from '../../src/firmware/registers/registerTable.ts';
import { accessRegister, makeDevice } from './device.ts';

const hosts = [
  ['gpu-a', 0],
  ['gpu-a', 1],
  ['gpu-b', 0],
  ['gpu-b', 1],
] as const;

/** An index that exists on every device, where 0 does not. */
function validIndex(name: string, protocol: string): Record<string, number> {
  const register = registerByName(name);
  if (register === undefined) return {};
  if (name === 'Resource_dump_registers') return { segment_type: 0xffff, inline_dump: 1 };
  // Its layout is not of the database, which would mark the index fields.
  if (name === 'PUDE') return { local_port: 1 };
  if (name === 'MNVDA') return { 'configuration_item_header.type': 0x80 };
  const usable: Readonly<Record<string, number>> = {
    local_port: 1,
    port_number: 1,
    proto_mask: protocol === 'ethernet' ? 4 : 1,
    ...(name === 'PPCNT' ? { grp: 0x12 } : {}),
    ...(name === 'MCIA' ? { size: 48, i2c_device_address: 0x50 } : {}),
    ...(name === 'MQIS' ? { info_type: 1 } : {}),
  };
  const fields = indexFields(register).map(({ path }) => path);
  return Object.fromEntries(Object.entries(usable).filter(([path]) => fields.includes(path)));
}

for (const [host, card] of hosts) {
  test(`${host} card ${card}: every register answers, and reading changes nothing`, (t) => {
    const device = makeDevice({ host, card });
    t.true(registerTable.size >= 90);
    for (const { id, name } of registerTable.values()) {
      // A core dump needs memory to write to: memory.test.ts.
      if (registerById(id) === undefined || name === 'CORE_DUMP') continue;
      const answer = device.register(name, validIndex(name, device.card.ports[0]!.mode.protocol));
      t.is(answer.status, 0, name);
      t.is(answer.syndrome, 0, name);
      t.is(answer.mutation, undefined, name);
    }
  });
}

test('the masks name exactly the registers that answer', (t) => {
  const device = makeDevice();
  const named = new Set<number>();
  const collect = (register: string, field: string, firstId: number, groups: readonly number[]): void => {
    for (const group of groups) {
      const answer = device.register(register, { access_reg_group: group });
      for (let bit = 0; bit < 128; bit++) {
        // Bit 127 is the top bit of the first word.
        if ((answer.field(`${field}[${3 - (bit >>> 5)}]`) >>> (bit & 31)) & 1)
          named.add(firstId + (group - groups[0]!) * 128 + bit);
      }
    }
  };
  collect('MCAM', 'mng_access_reg_cap_mask', 0x9000, [0, 1, 2, 3]);
  collect('PCAM', 'port_access_reg_cap_mask', 0x5000, [0]);
  collect('QCAM', 'qos_access_reg_cap_mask', 0x4000, [0]);
  collect('SBCAM', 'sb_access_reg_cap_mask', 0xb000, [0]);
  collect('CWCAM', 'cw_access_reg_cap_mask', 0x2800, [0]);
  const covered = [...registerTable.keys()].filter(
    (id) => (id >= 0x9000 && id < 0x9200) || [0x50, 0x40, 0xb0, 0x28].includes(id >>> 8),
  );
  t.deepEqual([...named].sort(), covered.sort());
});

const badIndexes: readonly (readonly [string, Readonly<Record<string, number>>])[] = [
  ['PAOS', { local_port: 0 }],
  ['PAOS', { local_port: 2 }],
  ['PAOS', { local_port: 1, swid: 1 }],
  ['PAOS', { local_port: 1, plane_ind: 1 }],
  ['PTYS', { local_port: 1, proto_mask: 3 }],
  ['PMLP', { local_port: 1, lp_msb: 1 }],
  ['PPCNT', { local_port: 1, grp: 0x3e }],
  ['PPCNT', { local_port: 1, grp: 0x21 }],
  ['PPCNT', { local_port: 1, grp: 0x10, prio_tc: 8 }],
  ['PPCNT', { local_port: 1, grp: 0x12, port_type: 1 }],
  ['PDDR', { local_port: 1, page_select: 77 }],
  ['MTMP', { sensor_index: 1 }],
  ['MTMP', { sensor_index: 65 }],
  ['PMAOS', { module: 1 }],
  ['MCIA', { module: 1, size: 48 }],
  ['MCIA', { module: 0, size: 129 }],
  ['MPCNT', { grp: 1 }],
  ['SLTP', { local_port: 1, lane: 4 }],
  ['MCQS', { component_index: 9 }],
  ['SBPR', { pool: 3 }],
];
for (const [name, index] of badIndexes) {
  test(`${name} ${JSON.stringify(index)} is refused as a bad parameter`, (t) => {
    const answer = makeDevice().register(name, index);
    t.is(answer.status, 3);
    t.not(answer.syndrome, 0);
    t.true(answer.bytes.every((byte) => byte === 0));
  });
}

test('a read shows nothing of fields that select an operation or can only be written', (t) => {
  const answer = makeDevice().register('MTUTC', { utc_sec: 77, utc_nsec: 5 });
  t.is(answer.field('utc_sec'), 0);
  t.is(answer.field('utc_nsec'), 0);
  t.regex(answer.mutation ?? '', /MTUTC read with utc_sec/);
});

test('a write keeps RW fields, ignores RO fields and is journaled', (t) => {
  const device = makeDevice();
  const before = device.register('PMTU', { local_port: 1 });
  const written = device.register('PMTU', { local_port: 1, admin_mtu: 1500, max_mtu: 99 }, 'write');
  t.is(written.mutation, 'PMTU written');
  const after = device.register('PMTU', { local_port: 1 });
  t.is(after.field('admin_mtu'), 1500);
  t.is(after.field('max_mtu'), before.field('max_mtu'));
  t.is(after.mutation, undefined);
});

test('what is written under one index is not seen under another', (t) => {
  const device = makeDevice();
  device.register('QTCT', { local_port: 1, switch_prio: 2, tclass: 6 }, 'write');
  t.is(device.register('QTCT', { local_port: 1, switch_prio: 2 }).field('tclass'), 6);
  t.is(device.register('QTCT', { local_port: 1, switch_prio: 4 }).field('tclass'), 4);
});

test('a register that is not writable refuses a write as a bad operation', (t) => {
  const answer = makeDevice().register('MGIR', {}, 'write');
  t.is(answer.status, 2);
});

test('a register that the function may not read is not supported', (t) => {
  const device = makeDevice({ host: 'gpu-c' });
  t.is(device.register('MGIR').status, 4);
});

test('length rules: shorter than the register is refused, longer is accepted, the older form is enough', (t) => {
  const device = makeDevice();
  const paos = (inLength: number, outLength: number): number =>
    device.command(accessRegister(0x5006, inLength - 16, 'read').with(17, 1), outLength).trace.status;
  t.is(paos(32, 32), 0);
  t.is(paos(31, 32), 0x50);
  t.is(paos(32, 31), 0x51);
  t.is(paos(16 + 3100, 16 + 3100), 0);
  const mcia = accessRegister(0x9014, 64, 'read').with(20, 0x50).with(27, 48);
  const { trace, outbox } = device.command(mcia, 16 + 64);
  t.is(trace.status, 0);
  t.is(outbox[32], 0x19, 'the module is an OSFP');
});

test('a DPU names the images that it has beside that of the NIC', (t) => {
  const dpu = makeDevice({
    host: 'gpu-c',
    edit: (profile) => ({ ...profile, functions: [{ ...profile.functions[0]!, registers: 'all', uctxCap: 7 }] }),
  });
  const text = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0x10)).toString('latin1').replace(/\0+$/, '');
  t.is(text(dpu.register('MISOC', { type: 7 }).bytes), '4.7.0.13127');
  t.is(dpu.register('MISOC', { type: 2 }).field('query_not_available'), 1, 'no BMC');
  t.is(makeDevice().register('MISOC', { type: 7 }).field('query_not_available'), 1, 'no DPU');
});

test('no bytes of an inbox bring the firmware down', (t) => {
  const device = makeDevice();
  fc.assert(
    fc.property(
      fc.constantFrom(...registerTable.values()),
      fc.uint8Array({ minLength: 0, maxLength: 300 }),
      fc.integer({ min: 0, max: 2 }),
      fc.integer({ min: 0, max: 320 }),
      ({ id, bytes }, data, opMod, outLength) => {
        const inbox = new Uint8Array(16 + Math.max(bytes, data.length));
        inbox.set([0x08, 0x05, 0, 0, 0, 0, 0, opMod, 0, 0, id >>> 8, id & 0xff]);
        inbox.set(data, 16);
        const { trace, outbox } = device.command(inbox, 16 + outLength);
        return outbox[0] === trace.status && (trace.status === 0) === (trace.syndrome === 0);
      },
    ),
    { numRuns: 3000 },
  );
  t.pass();
});
