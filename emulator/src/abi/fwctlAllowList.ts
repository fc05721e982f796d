import { readFileSync } from 'node:fs';

interface AllowedCommand {
  readonly opcode: number;
  readonly name: string;
  readonly minScope: number;
  /** Set where the scope depends on op_mod: 0 writes a register, anything else reads it. */
  readonly opMod?: 'read' | 'write';
}

const table = JSON.parse(readFileSync(new URL('./fwctlAllowList.json', import.meta.url), 'utf8')) as {
  readonly commands: readonly AllowedCommand[];
};

const readScope = new Map<number, number>();
const writeScope = new Map<number, number>();
for (const { opcode, minScope, opMod } of table.commands) {
  if (opMod !== 'write') readScope.set(opcode, minScope);
  if (opMod !== 'read') writeScope.set(opcode, minScope);
}

/** The kernel's filter: anything that is not listed, or listed for a higher scope, is refused with EBADMSG.
 * @source drivers/fwctl/mlx5/main.c, mlx5ctl_validate_rpc */
export function fwctlAllows(opcode: number, opMod: number, scope: number): boolean {
  const minScope = (opMod === 0 ? writeScope : readScope).get(opcode);
  return minScope !== undefined && scope >= minScope;
}
