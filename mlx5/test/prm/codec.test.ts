import test from 'ava';
import fc from 'fast-check';
import {
  type DecodedStruct,
  decodeStruct,
  encodeDecoded,
  encodeStruct,
  LayoutError,
  layoutNames,
  layoutOf,
  valuesOf,
} from '../../src/prm/index.ts';

const { registerNodes, commandStructs } = layoutNames();
const names = [...registerNodes, ...commandStructs];
/** Few runs of the large layouts, more of the small ones. */
const runs = (bytes: number): number => Math.max(3, Math.min(25, Math.floor(6000 / (bytes + 1))));

test('the database has all its nodes and structures', (t) => {
  t.is(registerNodes.length, 442);
  t.is(commandStructs.length, 662 - 1, 'uint64 is in both');
});

test('encode of decode gives back every byte: every layout, any bytes, reserved bits included', (t) => {
  for (const name of names) {
    const { bytes } = layoutOf(name);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: bytes, maxLength: bytes }), (raw) => {
        t.deepEqual(encodeDecoded(decodeStruct(name, raw), raw.length), raw, name);
      }),
      { numRuns: runs(bytes) },
    );
  }
});

test('encode of decode gives back bytes that are shorter or longer than the layout', (t) => {
  for (const name of names) {
    const { bytes } = layoutOf(name);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: Math.min(bytes + 24, 700) }), (raw) => {
        t.deepEqual(encodeDecoded(decodeStruct(name, raw), raw.length), raw, name);
      }),
      { numRuns: 3 },
    );
  }
});

test('values that a layout gives for zeroed unknown bits encode to the same bytes again', (t) => {
  for (const name of names) {
    const { bytes } = layoutOf(name);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: bytes, maxLength: bytes }), (raw) => {
        const clean = encodeStruct(name, valuesOf(decodeStruct(name, raw)), raw.length);
        t.deepEqual(encodeStruct(name, valuesOf(decodeStruct(name, clean)), raw.length), clean, name);
      }),
      { numRuns: 2 },
    );
  }
});

test('set bits that no field covers are shown with their place', (t) => {
  const raw = new Uint8Array(20);
  raw[3] = 0xff;
  raw[19] = 7;
  const decoded = decodeStruct('mtcap_ext', raw);
  t.deepEqual(decoded.unknown, [
    { byte: 0, value: 0x80 },
    { byte: 16, value: 7 },
  ]);
});

test('a union shows the member that the selector names', (t) => {
  const raw = encodeStruct('ppcnt_reg_ext', { grp: 'Physical_Layer_Counters', local_port: 1 });
  raw[8] = 1;
  const set = decodeStruct('ppcnt_reg_ext', raw).fields.find(({ name }) => name === 'counter_set');
  t.like(set, { value: { layout: 'ppcnt_reg_counter_set_auto_ext', fields: [{ name: 'phys_layer_cntrs_ext' }] } });
});

test('a union whose selector has no member shows its bytes as unknown bits, not as something else', (t) => {
  const raw = encodeStruct('ppcnt_reg_ext', { grp: 0x27 });
  raw[11] = 5;
  const set = decodeStruct('ppcnt_reg_ext', raw).fields.find(({ name }) => name === 'counter_set');
  t.like(set, { value: { fields: [], unknown: [{ byte: 0, value: 5 }] } });
});

test('a conditional union shows the members whose condition holds', (t) => {
  const members = (version: number): readonly string[] => {
    const raw = encodeStruct('slrg_reg_ext', { version, port_type: 'Network_Port' });
    const page = decodeStruct('slrg_reg_ext', raw).fields.find(({ name }) => name === 'page_data');
    return (page!.value as { fields: readonly { name: string }[] }).fields.map(({ name }) => name);
  };
  t.deepEqual(members(3), ['slrg_16nm_ext']);
  t.deepEqual(members(4), ['slrg_7nm_ext']);
  t.deepEqual(members(5), ['slrg_5nm_ext']);
});

test('members whose condition cannot be evaluated are shown when no other holds', (t) => {
  const raw = encodeStruct('SLTR_reg_ext', { meas_type: 'cause_list' });
  const page = decodeStruct('SLTR_reg_ext', raw).fields.find(({ name }) => name === 'page_data');
  const shown = (page!.value as { fields: readonly { name: string }[] }).fields.map(({ name }) => name);
  t.deepEqual(shown, ['sltr_cause_list_uphy7_5_ext']);
});

test('a bit is unknown only if no member that may be meant knows it', (t) => {
  // Two layouts for 7 nm: the database tells them apart by nothing.
  const raw = encodeStruct('sltp_reg_ext', { version: 'prod_7nm' });
  raw.fill(0xff, 4);
  const page = decodeStruct('sltp_reg_ext', raw).fields.find(({ name }) => name === 'page_data')!
    .value as DecodedStruct;
  t.deepEqual(
    page.fields.map(({ name }) => name),
    ['sltp_7nm_ext', 'sltp_lut_7nm_ext'],
  );
  for (const member of page.fields) t.deepEqual((member.value as DecodedStruct).unknown, []);
  const known = new Uint8Array(72);
  for (const { name } of page.fields) {
    for (const field of layoutOf(name).fields) {
      for (let bit = field.bit; bit < field.bit + field.width; bit += 1) known[bit >> 3]! |= 0x80 >> (bit & 7);
    }
  }
  for (let byte = 0; byte < 72; byte += 4) {
    const word = new DataView(known.buffer).getUint32(byte);
    t.is(page.unknown.find((entry) => entry.byte === byte)?.value ?? 0, ~word >>> 0, `word ${byte}`);
  }
});

test('an array of open length takes its count from the field that holds it', (t) => {
  const raw = encodeStruct('mtrc_stdb_reg_ext', { read_size: 2, string_db_data: [1, 2, 3] }, 20);
  const decoded = decodeStruct('mtrc_stdb_reg_ext', raw);
  t.deepEqual(decoded.fields.find(({ name }) => name === 'string_db_data')?.value, [1, 2]);
  t.deepEqual(decoded.unknown, [{ byte: 16, value: 3 }]);
});

test('small array elements run from the top of a word to its bottom, then on to the next', (t) => {
  const raw = new Uint8Array(layoutOf('mgir_fw_info_ext').bytes);
  raw.set(new TextEncoder().encode('MT_0000000838'), 0x10);
  const psid = decodeStruct('mgir_fw_info_ext', raw).fields.find(({ name }) => name === 'psid')?.value as number[];
  t.is(String.fromCharCode(...psid.filter((char) => char !== 0)), 'MT_0000000838');
});

test('a wrong name or value is refused with its place', (t) => {
  const refused = (run: () => unknown): LayoutError => t.throws(run, { instanceOf: LayoutError });
  t.like(
    refused(() => decodeStruct('nope', new Uint8Array(4))),
    { code: 'UnknownLayout' },
  );
  t.like(
    refused(() => encodeStruct('paos_reg_ext', { nope: 1 })),
    { code: 'UnknownField' },
  );
  t.like(
    refused(() => encodeStruct('paos_reg_ext', { local_port: 256 })),
    { code: 'BadValue' },
  );
  t.like(
    refused(() => encodeStruct('paos_reg_ext', { admin_status: 'sideways' })),
    { code: 'BadValue' },
  );
  t.like(
    refused(() => encodeStruct('paos_reg_ext', { local_port: [1] })),
    { code: 'BadValue' },
  );
});
