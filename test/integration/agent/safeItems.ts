import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readItems } from '@nicdiag/artifacts';
import type { Item } from '@nicdiag/mlx5';
import type { LoggedCommand } from '@nicdiag/tools';

/** An item in an agent's spool: `<capture>/<device>/<collector>/raw.bin`. */
export interface SafeItem {
  readonly device: string;
  readonly item: Item;
}

export async function safeItems(spool: string): Promise<readonly SafeItem[]> {
  const found: SafeItem[] = [];
  for (const file of await readdir(spool, { recursive: true })) {
    if (basename(file) !== 'raw.bin') continue;
    const device = basename(dirname(dirname(file)));
    const path = join(spool, file);
    // The agent was killed when it had made the file: the header comes next.
    if ((await stat(path)).size === 0) continue;
    for await (const { item } of readItems(createReadStream(path))) found.push({ device, item });
  }
  return found;
}

/** Those of the items that one of the commands reads once more. */
export function readAgain(safe: readonly SafeItem[], commands: readonly LoggedCommand[]): readonly string[] {
  return safe
    .filter(({ device, item }) => commands.some((command) => command.device === device && reads(command, item)))
    .map(({ device, item }) => `${device} ${item.key}`);
}

function reads(command: LoggedCommand, { kind, name, index: asked, frames }: Item): boolean {
  const { opcode, opMod, register, index = {} } = command;
  if (kind === 'capability') return opcode === frames[0]?.opcode && opMod === frames[0].opMod;
  return register === name && Object.entries(asked).every(([field, value]) => index[field] === value);
}
