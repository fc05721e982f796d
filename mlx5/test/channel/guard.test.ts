import test from 'ava';
import fc from 'fast-check';
import { createGuard, GuardError } from '../../src/channel/guard.ts';
import { guardRules } from '../../src/channel/guardRules.ts';
import { allSet } from '../../src/collect/allSet.ts';
import {
  ACCESS_REG_READ,
  ACCESS_REG_WRITE,
  allCommands,
  allRegisters,
  fieldPosition,
  layoutOf,
  OPCODE,
  readBits,
  readLayoutData,
  registerByName,
  registerOperands,
  registersOutsideDatabase,
  setField,
  writeBits,
  writeInboxHeader,
  writeRegisterId,
} from '../../src/prm/index.ts';

interface StoredRule {
  readonly class: string;
  readonly reason?: string;
  readonly input?: readonly string[];
  readonly operations?: Readonly<Record<string, readonly number[]>>;
  readonly withheld?: Readonly<Record<string, string>>;
}
const registerTable = readLayoutData('guard/registers') as readonly (StoredRule & { readonly register: string })[];
const commandTable = readLayoutData('guard/commands') as readonly (StoredRule & { readonly opcode: string })[];

const guard = createGuard('ReadOnly');

function registerRead(
  name: string,
  values: Readonly<Record<string, number>> = {},
  opMod = ACCESS_REG_READ,
): Uint8Array {
  const register = registerByName(name)!;
  const data = new Uint8Array(register.bytes);
  for (const [path, value] of Object.entries(values)) setField(data, register.layout, path, value);
  const inbox = new Uint8Array(16 + register.bytes);
  writeInboxHeader(inbox, OPCODE.ACCESS_REG, opMod);
  writeRegisterId(inbox, register.id);
  inbox.set(data, 16);
  return inbox;
}

function refusal(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof GuardError) return error.code;
    throw error;
  }
}

const outside = registersOutsideDatabase().toSorted(
  (a, b) => Number(b.name === 'CORE_DUMP') - Number(a.name === 'CORE_DUMP'),
);

test('the table has every command and every register, once, with a reason for what is no plain read', (t) => {
  t.deepEqual(
    commandTable.map((rule) => Number(rule.opcode)).toSorted((a, b) => a - b),
    allCommands()
      .map(({ opcode }) => opcode)
      .toSorted((a, b) => a - b),
  );
  t.deepEqual(
    registerTable.map((rule) => rule.register),
    // Those outside of the database too: CORE_DUMP first, then by id.
    [...allRegisters(), ...outside].map(({ name }) => name),
  );
  for (const rule of [...commandTable, ...registerTable]) {
    if (rule.class !== 'read') t.truthy(rule.reason, JSON.stringify(rule));
  }
});

test('every operation field of a readable register is either named with its values or withheld with a reason', (t) => {
  for (const rule of registerTable.filter((entry) => entry.class === 'read')) {
    // A field that a read needs although the database calls it write-only takes a rule that gives its reason.
    const needed = rule.reason === undefined ? [] : (rule.input ?? []);
    const judged = new Set([...Object.keys(rule.operations ?? {}), ...Object.keys(rule.withheld ?? {}), ...needed]);
    for (const operand of registerOperands(registerByName(rule.register)!)) {
      const plain = operand.path.replaceAll(/\[\d+\]/g, '');
      if (operand.access === 'OP' || operand.access === 'WO') t.true(judged.has(plain), `${rule.register}.${plain}`);
      if (operand.access === 'RO') t.false(rule.input?.includes(operand.path) ?? false, `${rule.register}.${plain}`);
    }
    for (const [field, why] of Object.entries(rule.withheld ?? {})) {
      t.truthy(why);
      t.false(rule.input?.includes(field) ?? false, `${rule.register}.${field}`);
    }
  }
});

test('reads that change something never pass', (t) => {
  const cases: readonly (readonly [string, Readonly<Record<string, number>>])[] = [
    ['PPCNT', { grp: 0, local_port: 1, clr: 1 }],
    ['PPCNT', { grp: 63, local_port: 1, clr: 1 }],
    ['MPCNT', { clr: 1 }],
    ['MTMP', { mtr: 1 }],
    ['SBPR', { clr: 1 }],
    ['SBCM', { clr: 1 }],
    ['PBSR', { clear_wm: 1 }],
    ['PPBMC', { clr_stat: 1 }],
    ['MGNLE', { clr: 1 }],
    ['VHCA_ICM_CTRL', { rst_max_reached_alloc_icm: 1 }],
    ['MTRC_CAP', { trace_owner: 1 }],
    ['MTUTC', { operation: 1 }],
    ['PMAOS', { rst: 1 }],
    ['MCIA', { password: 1 }],
    ['PAOS', { admin_status: 2 }],
  ];
  for (const [name, values] of cases) {
    t.is(
      refusal(() => guard.admit(registerRead(name, values), 1)),
      'InputNotAllowed',
      name,
    );
  }
  for (const name of ['SLRG', 'SLRED', 'PPRT', 'PPTT', 'MTRC_CTRL', 'MCDD', 'MFBE', 'ZTT']) {
    t.is(
      refusal(() => guard.admit(registerRead(name), 1)),
      'ClassNotAllowed',
      name,
    );
  }
});

test('a register write never passes, in no impact, however harmless its data', (t) => {
  for (const impact of ['ReadOnly', 'DebugWrite', 'Intrusive'] as const) {
    for (const { name } of allRegisters()) {
      t.truthy(
        refusal(() => createGuard(impact).admit(registerRead(name, {}, ACCESS_REG_WRITE), 3)),
        name,
      );
    }
  }
});

test('plain reads of the registers with their index fields pass with scope 1', (t) => {
  t.is(guard.admit(registerRead('PPCNT', { grp: 0x12, local_port: 1, prio_tc: 3 }), 1), 1);
  t.is(guard.admit(registerRead('PDDR', { local_port: 1, page_select: 3, module_info_ext: 1 }), 1), 1);
  t.is(guard.admit(registerRead('MCIA', { module: 1, i2c_device_address: 0x50, size: 48 }), 1), 1);
  t.is(
    refusal(() => guard.admit(registerRead('PDDR', { module_info_ext: 2 }), 1)),
    'InputNotAllowed',
  );
});

test('the scope is the lowest that the command needs, and a caller may ask for less only', (t) => {
  const inbox = new Uint8Array(16);
  writeInboxHeader(inbox, OPCODE.QUERY_HCA_CAP, 1);
  t.is(guard.admit(inbox, 3), 0);
  t.is(
    refusal(() => guard.admit(registerRead('MGIR'), 0)),
    'ScopeTooHigh',
  );
});

test('whatever is in an inbox, nothing outside of the table passes', (t) => {
  const opcodes = fc.oneof(
    fc.constant(OPCODE.ACCESS_REG),
    fc.constantFrom(...allCommands().map((c) => c.opcode)),
    fc.nat(0xffff),
  );
  const registers = fc.oneof(fc.constantFrom(...allRegisters().map(({ id }) => id)), fc.nat(0xffff));
  let passed = 0;
  fc.assert(
    fc.property(
      opcodes,
      fc.oneof(fc.constantFrom(0, 1), fc.nat(0xffff)),
      registers,
      fc.uint8Array({ maxLength: 400 }),
      // Mostly zeroes, as real inboxes are: else nothing would ever pass and the property would be empty.
      fc.array(fc.tuple(fc.nat(399), fc.nat(255)), { maxLength: 2 }),
      (opcode, opMod, registerId, random, sparse) => {
        const inbox = new Uint8Array(16 + random.length);
        for (const [at, value] of sparse) if (at + 8 < inbox.length) inbox[at + 8] = value;
        writeInboxHeader(inbox, opcode, opMod);
        if (opcode === OPCODE.ACCESS_REG) writeRegisterId(inbox, registerId);
        const verdict = refusal(() => guard.admit(inbox, 1));
        // What lies around an inbox in a larger memory makes no difference.
        const around = new Uint8Array(inbox.length + 48).fill(0xff);
        around.set(inbox, 24);
        t.is(
          refusal(() => guard.admitAt(around, 24, inbox.length, 1)),
          verdict,
        );
        if (verdict !== undefined) return;
        passed += 1;
        const { commands, registers: byId } = guardRules();
        const command = commands.get(opcode)!;
        t.true(command.class === 'read' || command.class === 'ownObject', command.name);
        const isRegister = opcode === OPCODE.ACCESS_REG;
        const rule = isRegister ? byId.get(registerId)! : command;
        if (isRegister) t.is(rule.class, 'read');
        if (isRegister) t.is(opMod, ACCESS_REG_READ);
        const start = isRegister ? 16 : 0;
        for (let at = isRegister ? 16 : 8; at < inbox.length; at += 1) {
          t.is(inbox[at]! & ~(rule.mask[at - start] ?? 0), 0);
        }
      },
    ),
    { numRuns: 4000 },
  );
  t.true(passed > 100, `only ${passed} passed: the property proves little`);
});

test('each single input bit of each register passes exactly if the table names its field', (t) => {
  for (const rule of registerTable.filter((entry) => entry.class === 'read')) {
    const register = registerByName(rule.register)!;
    const allowed = new Set<number>();
    for (const field of [...(rule.input ?? []), ...Object.keys(rule.operations ?? {})]) {
      const { bit, width } = fieldPosition(register.layout, field);
      for (let at = bit; at < bit + width; at += 1) allowed.add(at);
    }
    const inbox = registerRead(rule.register);
    for (let bit = 0; bit < register.bytes * 8; bit += 1) {
      const operation = Object.entries(rule.operations ?? {}).find(([field]) => {
        const position = fieldPosition(register.layout, field);
        return bit >= position.bit && bit < position.bit + position.width;
      });
      writeBits(inbox, 128 + bit, 1, 1);
      let expected = allowed.has(bit);
      if (operation !== undefined) {
        const { bit: start, width } = fieldPosition(register.layout, operation[0]);
        expected = operation[1].includes(readBits(inbox, 128 + start, width));
      }
      const got = refusal(() => guard.admit(inbox, 1)) === undefined;
      if (got !== expected) t.fail(`${rule.register} bit ${bit}: ${got ? 'passed' : 'refused'}`);
      writeBits(inbox, 128 + bit, 1, 0);
    }
  }
  t.pass();
});

test('other commands take only the input that the table names, and no tunnel', (t) => {
  const query = (opcode: number, change: (inbox: Uint8Array) => void, opMod = 0): string | undefined => {
    const inbox = new Uint8Array(32);
    writeInboxHeader(inbox, opcode, opMod);
    change(inbox);
    return refusal(() => guard.admit(inbox, 1));
  };
  t.is(
    query(OPCODE.QUERY_ADAPTER, () => {}),
    undefined,
  );
  t.is(
    query(OPCODE.QUERY_ADAPTER, (inbox) => inbox.fill(1, 8, 9)),
    'InputNotAllowed',
  );
  t.is(
    query(OPCODE.QUERY_ADAPTER, (inbox) => inbox.fill(1, 4, 5)),
    'InputNotAllowed',
  );
  t.is(
    query(0x773, (inbox) => setField(inbox, 'query_q_counter_in', 'counter_set_id', 1)),
    undefined,
  );
  t.is(
    query(0x773, (inbox) => setField(inbox, 'query_q_counter_in', 'clear', 1)),
    'InputNotAllowed',
  );
  t.is(
    query(OPCODE.QUERY_ISSI, () => {}, 1),
    'ClassNotAllowed',
  );
  t.is(
    query(0x10b, () => {}),
    'ClassNotAllowed',
  );
  t.is(
    query(0xfff0, () => {}),
    'UnknownCommand',
  );
  t.is(
    refusal(() => guard.admit(new Uint8Array(8), 1)),
    'BadInbox',
  );
});

/** An inbox with these fields. */
function filled(opcode: number, layout: string, values: Readonly<Record<string, number | bigint>>): Uint8Array {
  const inbox = new Uint8Array(Math.max(16, layoutOf(layout).bytes));
  writeInboxHeader(inbox, opcode, 0);
  for (const [path, value] of Object.entries(values)) setField(inbox, layout, path, value);
  return inbox;
}

const mkc = (field: string): string => `memory_key_mkey_entry.${field}`;
/** Section 7.5 of the reference. */
const LOCAL_KEY: Readonly<Record<string, number | bigint>> = {
  mkey_umem_valid: 1,
  mkey_umem_id: 3,
  [mkc('access_mode_1_0')]: 1,
  [mkc('lw')]: 1,
  [mkc('lr')]: 1,
  [mkc('qpn')]: 0xffffff,
  [mkc('mkey_7_0')]: 0x42,
  [mkc('pd')]: 7,
  [mkc('start_addr')]: 0x7f00_0000_0000n,
  [mkc('len')]: 2n ** 21n,
};

test('every impact may make objects of its own: a key for local access to registered memory, and nothing more', (t) => {
  const makeKey = (change: Readonly<Record<string, number | bigint>>) => (): unknown =>
    guard.admit(filled(OPCODE.CREATE_MKEY, 'create_mkey_in', { ...LOCAL_KEY, ...change }), 1);
  t.is(refusal(makeKey({})), undefined);
  t.is(
    refusal(() => guard.admit(filled(OPCODE.ALLOC_PD, 'alloc_pd_in', {}), 1)),
    undefined,
  );
  t.is(
    refusal(() => guard.admit(filled(OPCODE.DESTROY_MKEY, 'destroy_mkey_in', { mkey_index: 9 }), 1)),
    undefined,
  );
  t.is(
    refusal(() => guard.admit(filled(OPCODE.DEALLOC_PD, 'dealloc_pd_in', { pd: 9 }), 1)),
    undefined,
  );
  const wrong: readonly Readonly<Record<string, number | bigint>>[] = [
    { [mkc('rw')]: 1 },
    { [mkc('rr')]: 1 },
    { [mkc('a')]: 1 },
    { [mkc('umr_en')]: 1 },
    { [mkc('lw')]: 0 },
    { [mkc('length64')]: 1 },
    { [mkc('access_mode_1_0')]: 0 },
    { [mkc('access_mode_4_2')]: 1 },
    { [mkc('qpn')]: 1 },
    { mkey_umem_valid: 0 },
    { pg_access: 1 },
    { translations_octword_actual_size: 1 },
  ];
  for (const change of wrong) t.is(refusal(makeKey(change)), 'InputNotAllowed', Object.keys(change)[0]);
  const withPages = new Uint8Array(272 + 16);
  withPages.set(filled(OPCODE.CREATE_MKEY, 'create_mkey_in', LOCAL_KEY));
  withPages[279] = 1;
  t.is(
    refusal(() => guard.admit(withPages, 1)),
    'InputNotAllowed',
    'a bus address behind the structure',
  );
  for (const opcode of [0xa08, 0xa0a]) {
    const inbox = new Uint8Array(64);
    writeInboxHeader(inbox, opcode, 0);
    t.is(
      refusal(() => createGuard('Intrusive').admit(inbox, 3)),
      'ClassNotAllowed',
      'the driver alone tells the device bus addresses',
    );
  }
});

test('a core dump into memory passes with impact Intrusive only; the types that print into the tracer never', (t) => {
  const dump = (values: Readonly<Record<string, number>>, opMod = ACCESS_REG_READ): Uint8Array =>
    registerRead('CORE_DUMP', { core_dump_type: 2, mkey: 0x142, size: 0x200000, ...values }, opMod);
  const intrusive = createGuard('Intrusive');
  t.is(
    refusal(() => intrusive.admit(dump({ more_dump: 1, cookie: 0x500c04 }), 1)),
    undefined,
  );
  for (const impact of ['ReadOnly', 'DebugWrite'] as const) {
    t.is(
      refusal(() => createGuard(impact).admit(dump({}), 3)),
      'ClassNotAllowed',
      impact,
    );
  }
  const wrong: readonly Readonly<Record<string, number>>[] = [
    { core_dump_type: 0 },
    { core_dump_type: 1 },
    { core_dump_type: 3 },
    { vhca_id: 1 },
    { qpn: 1 },
  ];
  for (const values of wrong) {
    t.is(
      refusal(() => intrusive.admit(dump(values), 3)),
      'InputNotAllowed',
      JSON.stringify(values),
    );
  }
  t.is(
    refusal(() => intrusive.admit(dump({}, ACCESS_REG_WRITE), 3)),
    'ClassNotAllowed',
    'a register write',
  );
});

test('what is no read and names no input passes in no impact, not even bare', (t) => {
  const intrusive = createGuard('Intrusive');
  const bare = registerTable.filter((rule) => rule.class !== 'read' && rule.input === undefined);
  t.true(bare.length > 20);
  for (const { register } of bare) {
    t.is(
      refusal(() => intrusive.admit(registerRead(register), 3)),
      'ClassNotAllowed',
      register,
    );
  }
});

test('a register that is not in the table is read with impact Intrusive only, with nothing in its input but a port', (t) => {
  const read = (id: number, data: readonly number[], opMod = ACCESS_REG_READ): Uint8Array => {
    const inbox = new Uint8Array(16 + 64);
    writeInboxHeader(inbox, OPCODE.ACCESS_REG, opMod);
    writeRegisterId(inbox, id);
    inbox.set(data, 16);
    return inbox;
  };
  const intrusive = createGuard('Intrusive');
  t.is(intrusive.admit(read(0x90f3, []), 1), 1, 'the kernel asks for scope 1, which taints nothing');
  t.is(intrusive.admit(read(0x90f3, [0, 255]), 1), 1);
  for (const impact of ['ReadOnly', 'DebugWrite'] as const) {
    t.is(
      refusal(() => createGuard(impact).admit(read(0x90f3, []), 3)),
      'UnknownRegister',
    );
  }
  for (let byte = 0; byte < 64; byte += 1) {
    if (byte === 1) continue;
    const data = Array.from({ length: 64 }, (_, at) => (at === byte ? 1 : 0));
    t.is(
      refusal(() => intrusive.admit(read(0x90f3, data), 3)),
      'InputNotAllowed',
      `byte ${byte}`,
    );
  }
  t.is(
    refusal(() => intrusive.admit(read(0x90f3, [], ACCESS_REG_WRITE), 3)),
    'ClassNotAllowed',
    'a register write',
  );
  for (const name of ['MFBE', 'MDDT', 'FPGA_ACCESS_REG', 'MRSR']) {
    t.is(
      refusal(() => intrusive.admit(read(registerByName(name)!.id, []), 3)),
      'ClassNotAllowed',
      `${name} is known, and never read by its number either`,
    );
  }
});

test('what would drive hardware behind the guard is never admitted, and never part of All', (t) => {
  const inAll = new Set(allSet().map(({ register }) => register));
  for (const name of ['MFBE', 'MJTAG', 'MMDIO', 'MGCR', 'MTCQ', 'MKDC', 'HCA_CMD_ENCAP', 'MCDA', 'CORE_DUMP']) {
    t.false(inAll.has(name), name);
    if (name === 'CORE_DUMP') continue;
    t.is(registerTable.find(({ register }) => register === name)?.class, 'never', name);
    t.is(
      refusal(() => createGuard('Intrusive').admit(registerRead(name), 3)),
      'ClassNotAllowed',
      name,
    );
  }
});

test('a higher fwctl scope than the class of the command needs is never asked for, and a lower limit refuses', (t) => {
  const needs: readonly (readonly [string, number])[] = [
    ['read', 1],
    ['ownObject', 1],
    ['debugWrite', 2],
    ['write', 3],
    ['never', 3],
  ];
  for (const [of, scope] of needs) {
    for (const rule of commandTable.filter((entry) => entry.class === of)) {
      const got = guardRules().commands.get(Number(rule.opcode))!.scope;
      if (of === 'read') t.true(got <= 1, rule.opcode);
      else t.is(got, scope as 1 | 2 | 3, rule.opcode);
    }
  }
});
