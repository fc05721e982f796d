import type { CardModel } from '../cardModel.ts';
import { resourceDump } from '../dump/resourceDump.ts';
import { capabilityMaskRegisters } from './capabilityMasks.ts';
import { type CompiledRegister, compileRegister } from './compiledRegister.ts';
import { componentRegisters } from './components.ts';
import { coreDump } from './coreDump.ts';
import { identityRegisters } from './identity.ts';
import { moduleRegisters } from './module.ts';
import { nonVolatileRegisters } from './nonVolatile.ts';
import { registersOutsideDatabase } from './outsideDatabase.ts';
import { pcieRegisters } from './pcie.ts';
import { pddr } from './pddr.ts';
import { portStateRegisters } from './portState.ts';
import { ppcnt } from './ppcnt.ts';
import { qosRegisters } from './qos.ts';
import { signalRegisters } from './signal.ts';
import { thermalRegisters } from './thermal.ts';
import { timeRegisters } from './time.ts';
import { tracerRegisters } from './tracer.ts';

const rows = [
  ...identityRegisters,
  ...capabilityMaskRegisters((model) => [...registerTable.values()].filter((register) => hasRegister(model, register))),
  ...componentRegisters,
  ...nonVolatileRegisters,
  ...timeRegisters,
  ...portStateRegisters,
  ppcnt,
  pddr,
  ...signalRegisters,
  ...moduleRegisters,
  ...pcieRegisters,
  ...thermalRegisters,
  ...qosRegisters,
  ...tracerRegisters,
  resourceDump,
  coreDump,
  ...registersOutsideDatabase,
];

/** Every register that emulated firmware may have, by id. */
export const registerTable: ReadonlyMap<number, CompiledRegister> = new Map(
  rows.map((row) => {
    const register = compileRegister(row);
    return [register.id, register] as const;
  }),
);

/** Whether the firmware of a model has a register. */
export function hasRegister({ missing }: CardModel, { name }: Pick<CompiledRegister, 'name'>): boolean {
  return missing?.registers?.includes(name) !== true;
}
