import { capCommand } from './capCommand.ts';
import type { LocalCommand } from './localCommand.ts';
import { regCommand } from './regCommand.ts';

/** Every command that runs one collector here, in the order of the help. */
export const LOCAL_COMMANDS: readonly LocalCommand[] = [capCommand, regCommand];
