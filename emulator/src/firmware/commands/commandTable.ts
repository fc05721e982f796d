import type { CommandModel } from '../firmwareFunction.ts';
import { accessRegister } from '../registers/accessRegister.ts';
import { congestionQueryCommands } from './congestionQueries.ts';
import { counterQueryCommands } from './counterQueries.ts';
import { memoryCommands, withOwnKeys } from './memoryCommands.ts';
import { objectQueryCommands } from './objectQueries.ts';
import { queryCommands } from './queries.ts';
import { queryHcaCap } from './queryHcaCap.ts';
import { resourceQueryCommands } from './resourceQueries.ts';
import { steeringQueryCommands } from './steeringQueries.ts';
import { userContextCommands } from './userContexts.ts';
import { vportQueryCommands } from './vportQueries.ts';

const commands: readonly CommandModel[] = [
  { opcode: 0x100, name: 'QUERY_HCA_CAP', inBytes: 16, run: queryHcaCap },
  { opcode: 0x805, name: 'ACCESS_REG', inBytes: 16, run: accessRegister },
  { opcode: 0xb0c, name: 'ACCESS_REGISTER_USER', inBytes: 16, run: accessRegister },
  ...queryCommands,
  ...objectQueryCommands.map(withOwnKeys),
  ...steeringQueryCommands,
  ...counterQueryCommands,
  ...congestionQueryCommands,
  ...vportQueryCommands,
  ...resourceQueryCommands,
  ...memoryCommands,
  ...userContextCommands,
];

/** Every command that the emulated firmware has, by opcode. */
export const commandTable: ReadonlyMap<number, CommandModel> = new Map(
  commands.map((command) => [command.opcode, command]),
);
