import { allRegisters } from '@nicdiag/mlx5/prm';
import type { FaultEffect, FaultFilter } from '../faults/faultTable.ts';
import { commandTable } from '../firmware/commands/commandTable.ts';
import { CORE_DUMP_SIZES, isCoreDumpSize } from '../firmware/memory/coreMemory.ts';
import { status } from '../firmware/status.ts';
import { type ErrnoName, errno } from '../system/errno.ts';

/** Lengths are 32 bits in the drivers' structures. */
const MAX_LENGTH = 0xffff_ffff;

export type ControlRequest =
  | { readonly kind: 'fault'; readonly filter: FaultFilter; readonly effect: FaultEffect }
  | { readonly kind: 'remove' | 'restore'; readonly device: string }
  | { readonly kind: 'clear' | 'snapshot'; readonly device?: string }
  | { readonly kind: 'populate'; readonly device?: string; readonly objects: unknown }
  | { readonly kind: 'coreDump'; readonly device?: string; readonly bytes: number }
  | { readonly kind: 'health'; readonly device?: string; readonly syndrome: number }
  | { readonly kind: 'log' | 'status' };

/** A control request that makes no sense; the message goes back to who sent it. */
export class ControlError extends Error {
  readonly code = 'ERR_CONTROL_REQUEST';

  constructor(message: string) {
    super(message);
    this.name = 'ControlError';
  }
}

/** Requests are JSON objects: `{"fault": "refuse", …}`, `{"log": true}`, `{"status": true}`, `{"snapshot": true}`,
 * `{"populate": {…}}`, `{"coreDump": N}`, `{"health": N}`.
 * @throws ControlError */
export function parseControlRequest(value: unknown): ControlRequest {
  const request = record(value);
  if (request['log'] === true) return { kind: 'log' };
  if (request['status'] === true) return { kind: 'status' };
  const device = optionalText(request, 'device');
  const named = device === undefined ? {} : { device };
  if (request['snapshot'] === true) return { kind: 'snapshot', ...named };
  if (request['populate'] !== undefined) return { kind: 'populate', objects: request['populate'], ...named };
  if (request['coreDump'] !== undefined)
    return { kind: 'coreDump', bytes: coreDumpBytes(request['coreDump']), ...named };
  if (request['health'] !== undefined) return { kind: 'health', syndrome: syndrome(request['health']), ...named };
  const fault = request['fault'];
  if (fault === 'clear' || request['clear'] === true) return { kind: 'clear', ...named };
  const filter = parseFilter(request, named);
  if (fault === 'restore' || (fault === 'remove' && !strikesCommands(request))) {
    if (device === undefined) throw new ControlError(`"${fault}" needs a device`);
    return { kind: fault, device };
  }
  return { kind: 'fault', filter, effect: parseEffect(fault, request) };
}

function coreDumpBytes(value: unknown): number {
  if (isCoreDumpSize(value)) return value;
  throw new ControlError(`"coreDump" is ${CORE_DUMP_SIZES}; not ${JSON.stringify(value)}`);
}

function syndrome(value: unknown): number {
  const number = parseNumber(value, '"health" is a syndrome of the health buffer, 0 for none');
  if (number <= 255) return number;
  throw new ControlError(`"health" is 0 to 255; not ${number}`);
}

/** A removal at once, or by a command that matches. */
function strikesCommands(request: Record<string, unknown>): boolean {
  return ['opcode', 'register', 'afterCommands'].some((key) => request[key] !== undefined);
}

function parseFilter(request: Record<string, unknown>, device: { readonly device?: string }): FaultFilter {
  const register = request['register'];
  const opcode = request['opcode'];
  return {
    ...device,
    ...(opcode === undefined ? {} : { opcode: parseOpcode(opcode) }),
    ...(register === undefined ? {} : { register: parseRegister(register) }),
    afterCommands: count(request, 'afterCommands') ?? 0,
    times: count(request, 'times') ?? Number.POSITIVE_INFINITY,
  };
}

function parseEffect(fault: unknown, request: Record<string, unknown>): FaultEffect {
  const ms = count(request, 'ms');
  switch (fault) {
    case 'refuse':
      return {
        kind: 'refuse',
        status: parseStatus(request['status']),
        syndrome: count(request, 'syndrome') ?? 0x0f4a17,
      };
    case 'delay':
      if (ms === undefined) throw new ControlError('"delay" needs "ms"');
      return { kind: 'delay', ms };
    case 'hang':
      return ms === undefined ? { kind: 'hang' } : { kind: 'hang', ms };
    case 'errno':
      return { kind: 'errno', errno: parseErrno(request['errno']) };
    case 'remove':
      return { kind: 'remove' };
    case 'internalError':
      return { kind: 'internalError' };
    case 'corrupt': {
      const [offset, xor] = [count(request, 'offset'), count(request, 'xor')];
      if (offset === undefined || xor === undefined || xor < 1 || xor > 255)
        throw new ControlError('"corrupt" needs "offset", a byte of the outbox, and "xor", 1 to 255');
      return { kind: 'corrupt', offset, xor };
    }
    case 'length': {
      const bytes = count(request, 'bytes');
      if (bytes === undefined || bytes > MAX_LENGTH) throw new ControlError('"length" needs "bytes", 0 to 4294967295');
      return { kind: 'length', bytes };
    }
    default:
      throw new ControlError(
        `"fault" is one of refuse, delay, hang, errno, corrupt, length, remove, restore, internalError, clear; not ${JSON.stringify(fault)}`,
      );
  }
}

function parseStatus(value: unknown): number {
  const named = Object.entries(status).find(([name]) => name === value);
  if (named !== undefined) return named[1];
  if (typeof value === 'number' && value > 0 && value < 256) return value;
  throw new ControlError(`"status" is 1..255 or a name such as BAD_PARAM; not ${JSON.stringify(value)}`);
}

function parseErrno(value: unknown): number {
  if (typeof value === 'string' && value in errno) return errno[value as ErrnoName];
  throw new ControlError(`"errno" is one of ${Object.keys(errno).join(', ')}; not ${JSON.stringify(value)}`);
}

function parseRegister(value: unknown): number {
  const named = allRegisters().find(({ name }) => name === value);
  return named?.id ?? parseNumber(value, '"register" is a name of the register database or an id');
}

function parseOpcode(value: unknown): number {
  const named = [...commandTable.values()].find(({ name }) => name === value);
  return named?.opcode ?? parseNumber(value, '"opcode" is a command name or a number');
}

function parseNumber(value: unknown, rule: string): number {
  const number = typeof value === 'string' && /^(0x[0-9a-f]+|\d+)$/i.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0) return number;
  throw new ControlError(`${rule}; not ${JSON.stringify(value)}`);
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ControlError('a request is a JSON object');
}

function optionalText(request: Record<string, unknown>, key: string): string | undefined {
  const value = request[key];
  if (value === undefined || typeof value === 'string') return value;
  throw new ControlError(`"${key}" is text`);
}

function count(request: Record<string, unknown>, key: string): number | undefined {
  return request[key] === undefined ? undefined : parseNumber(request[key], `"${key}" is a number from 0 up`);
}
