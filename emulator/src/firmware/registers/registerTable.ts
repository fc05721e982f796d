import { type CompiledRegister, compileRegister } from './compiledRegister.ts';
import { identityRegisters } from './identity.ts';
import { thermalRegisters } from './thermal.ts';

/** Every register that the emulated firmware has, by id. */
export const registerTable: ReadonlyMap<number, CompiledRegister> = new Map(
  [...identityRegisters, ...thermalRegisters].map((row) => {
    const register = compileRegister(row);
    return [register.id, register] as const;
  }),
);
