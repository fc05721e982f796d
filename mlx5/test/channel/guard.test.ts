import test from 'ava';
import fc from 'fast-check';
import { createGuard, GuardError } from '../../src/channel/guard.ts';
import { guardRules } from '../../src/channel/guardRules.ts';
import {
  ACCESS_REG_READ,
  ACCESS_REG_WRITE,
  allCommands,
  allRegisters,
  fieldPosition,
  OPCODE,
  readBits,
  readLayoutData,
  registerByName,
  registerOperands,
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

test('the table has every command and every register, once, with a reason for what is no plain read', (t) => {
  t.deepEqual(
    commandTable.map((rule) => Number(rule.opcode)).toSorted((a, b) => a - b),
    allCommands()
      .map(({ opcode }) => opcode)
      .toSorted((a, b) => a - b),
  );
  t.deepEqual(
    registerTable.map((rule) => rule.register),
    allRegisters().map(({ name }) => name),
  );
  for (const rule of [...commandTable, ...registerTable]) {
    if (rule.class !== 'read') t.truthy(rule.reason, JSON.stringify(rule));
  }
});

test('every operation field of a readable register is either named with its values or withheld with a reason', (t) => {
  for (const rule of registerTable.filter((entry) => entry.class === 'read')) {
    const judged = new Set([...Object.keys(rule.operations ?? {}), ...Object.keys(rule.withheld ?? {})]);
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
        if (refusal(() => guard.admit(inbox, 1)) !== undefined) return;
        passed += 1;
        const { commands, registers: byId } = guardRules();
        const command = commands.get(opcode)!;
        t.is(command.class, 'read');
        const isRegister = opcode === OPCODE.ACCESS_REG;
        const rule = isRegister ? byId.get(registerId)! : command;
        t.is(rule.class, 'read');
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
