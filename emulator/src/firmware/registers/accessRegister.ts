import type { CommandContext } from '../firmwareFunction.ts';
import { type Refusal, refuse } from '../status.ts';
import type { CompiledRegister } from './compiledRegister.ts';
import { hasRegister, registerTable } from './registerTable.ts';

/** Header of ACCESS_REG, in and out; register data follow. */
const HEADER = 16;
const WRITE = 0;
const READ = 1;
const TOOLS_RESOURCES = 0x4;

const largest = Math.max(...[...registerTable.values()].map(({ bytes }) => bytes));
const inputScratch = new Uint8Array(largest);
const outputScratch = new Uint8Array(largest);

/** ACCESS_REG (0x805): op_mod 0 writes, 1 reads. Data longer than the register are accepted, as firmware does.
 * @source reference section 5 */
export function accessRegister(context: CommandContext): Refusal | undefined {
  const { inbox, outbox } = context;
  const register = registerTable.get(be16(inbox, 0xa));
  if (register === undefined || !hasRegister(context.card.model, register) || !isAllowed(context, register))
    return refuse('BAD_SYS_STATE', 'register not supported');
  const opMod = be16(inbox, 6);
  if (opMod !== READ && opMod !== WRITE) return refuse('BAD_PARAM', 'ACCESS_REG op_mod');
  if (inbox.length < HEADER + register.minBytes) return refuse('BAD_INPUT_LEN', register.name);
  if (outbox.length < HEADER + register.minBytes) return refuse('BAD_OUTPUT_LEN', register.name);
  if (opMod === WRITE && !register.writable) return refuse('BAD_OP', register.name);
  const input = inputScratch.subarray(0, register.bytes);
  const output = outputScratch.subarray(0, register.bytes);
  const given = inbox.subarray(HEADER, HEADER + register.bytes);
  input.set(given);
  input.fill(0, given.length);
  const refusal = opMod === READ ? register.read(context, input, output) : register.write(context, input, output);
  if (refusal !== undefined) return refusal;
  // Firmware of before the register grew leaves the rest alone.
  if (context.card.model.missing?.longForms?.includes(register.name) === true) output.fill(0, register.minBytes);
  outbox.set(output.subarray(0, outbox.length - HEADER), HEADER);
  return undefined;
}

/** A context without TOOLS_RESOURCES has ordinary DevX rights: management registers are not for it [inferred]. */
function isAllowed({ profile, granted }: CommandContext, { name }: CompiledRegister): boolean {
  if (profile.registers !== 'all') return profile.registers.includes(name);
  return (granted & TOOLS_RESOURCES) !== 0;
}

function be16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}
