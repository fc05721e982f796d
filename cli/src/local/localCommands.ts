import { capCommand } from './capCommand.ts';
import { coredumpCommand } from './coredumpCommand.ts';
import { fwinfoCommand } from './fwinfoCommand.ts';
import { healthCommand } from './healthCommand.ts';
import { hostCommand } from './hostCommand.ts';
import { linkCommand } from './linkCommand.ts';
import type { LocalCommand } from './localCommand.ts';
import { nvconfigCommand } from './nvconfigCommand.ts';
import { objCommand } from './objCommand.ts';
import { regCommand } from './regCommand.ts';
import { rscdumpCommand } from './rscdumpCommand.ts';

/** Every command that runs one collector here, in the order of the help. */
export const LOCAL_COMMANDS: readonly LocalCommand[] = [
  capCommand,
  regCommand,
  objCommand,
  rscdumpCommand,
  coredumpCommand,
  linkCommand,
  fwinfoCommand,
  nvconfigCommand,
  hostCommand,
  healthCommand,
];
