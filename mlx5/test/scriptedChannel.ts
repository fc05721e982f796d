import type { CallResult, Channel, Scope } from '../src/channel/channel.ts';
import { createGuard } from '../src/channel/guard.ts';
import type { Impact } from '../src/collect/spec.ts';
import {
  allRegisters,
  commandByOpcode,
  encodeStruct,
  type FieldValues,
  inboxOpcode,
  inboxOpMod,
  inboxRegisterId,
  OPCODE,
  registerById,
  registerByName,
  STATUS,
  setField,
} from '../src/prm/index.ts';

/** What firmware does with a read: a status, an errno, or the register's bytes. */
export type Answer = { readonly status: number } | { readonly errno: number } | Uint8Array;
/** @param input the register's data in the inbox
 * @param inbox all of it */
export type Handler = (input: Uint8Array, call: number, inbox?: Uint8Array) => Answer;

export interface ScriptedChannel extends Channel {
  /** Names of what was read, in order: a register, `cap <type>`, or another command. */
  readonly log: string[];
}

/** A channel for cases in which firmware has to misbehave at an exact command. Everything else is tested on the
 * emulator. All registers are there and zero unless `handlers` says otherwise; the guard is the real one. */
export function scriptedChannel(
  handlers: Readonly<Record<string, Handler>> = {},
  impact: Impact = 'ReadOnly',
): ScriptedChannel {
  const guard = createGuard(impact);
  const calls = new Map<string, number>();
  const log: string[] = [];

  function answer(inbox: Uint8Array): Answer {
    const isRegister = inboxOpcode(inbox) === OPCODE.ACCESS_REG;
    const register = isRegister ? registerById(inboxRegisterId(inbox)) : undefined;
    const isCapability = inboxOpcode(inbox) === OPCODE.QUERY_HCA_CAP;
    const command = isCapability ? `cap ${inboxOpMod(inbox) >> 1}` : commandByOpcode(inboxOpcode(inbox))?.name;
    const name = register?.name ?? command ?? 'unknown';
    log.push(name);
    const count = calls.get(name) ?? 0;
    calls.set(name, count + 1);
    const handler = handlers[name] ?? defaults[name];
    const input = inbox.subarray(16);
    return handler === undefined ? input.slice() : handler(input, count, inbox);
  }

  return {
    info: { kind: 'fwctl', abi: '1', uid: 1, uctxCap: 4, maxInLength: 1 << 21, maxOutLength: 1 << 21 },
    log,
    call(inbox: Uint8Array, outbox: Uint8Array, { scope }: { readonly scope: Scope }): CallResult {
      guard.admit(inbox, scope);
      const given = answer(inbox);
      const times = { startedNs: 1n, elapsedNs: 1n };
      if (!(given instanceof Uint8Array) && 'errno' in given) return { length: 0, errno: given.errno, ...times };
      outbox.fill(0);
      if (given instanceof Uint8Array) outbox.set(given.subarray(0, outbox.length - 16), 16);
      else {
        outbox[0] = given.status;
        outbox.set([0, 0xab, 0xcd, 0xef], 4);
      }
      return { length: outbox.length, errno: 0, ...times };
    },
    close() {},
    [Symbol.dispose]() {},
  };
}

/** Answers a register with these fields, index fields echoed. */
export function register(name: string, values: FieldValues): Handler {
  return (input) => {
    const { layout, bytes } = registerByName(name)!;
    const given = encodeStruct(layout, values, bytes);
    return given.map((byte, at) => byte | (input[at] ?? 0));
  };
}

const ALL = [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff];

/** The general capability page: an Ethernet port, all capability masks. */
export function generalPage(values: FieldValues = {}): Uint8Array {
  const page = new Uint8Array(4096);
  const given = {
    num_ports: 1,
    port_type: 1,
    mcam_reg: 1,
    pcam_reg: 1,
    qcam_reg: 1,
    sbcam_reg: 1,
    dtor: 1,
    roce_accl: 1,
  };
  for (const [field, value] of Object.entries({ ...given, ...values }))
    setField(page, 'cmd_hca_cap', field, Number(value));
  return page;
}

const defaults: Readonly<Record<string, Handler>> = {
  'cap 0': () => generalPage(),
  MCAM: register('MCAM', { mng_access_reg_cap_mask: ALL }),
  PCAM: register('PCAM', { port_access_reg_cap_mask: ALL }),
  QCAM: register('QCAM', { qos_access_reg_cap_mask: ALL }),
  SBCAM: register('SBCAM', { sb_access_reg_cap_mask: ALL, cap_num_pool_supported: 2, cap_max_pg_buffers: 3 }),
  PMLP: register('PMLP', { width: 2, lane_module_mapping: [{ module: 1 }, { module: 1, tx_lane: 1 }] }),
  MTCAP: register('MTCAP', { sensor_count: 2, sensor_map: 3n }),
  MCQS: (input, call) => register('MCQS', { last_index_flag: call === 2 ? 1 : 0 })(input, call),
};

/** Every register is refused, as on a host whose access the DPU limits. */
export function refuseAll(status: number = STATUS.BAD_SYS_STATE): Record<string, Handler> {
  return Object.fromEntries(allRegisters().map(({ name }) => [name, () => ({ status })]));
}
