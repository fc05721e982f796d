/** Condenses the register database and the command structures into `src/prm/layouts/`.
 *
 * Run as `node mlx5/generate/layouts.ts <directory>`, where the directory holds the extracted tables:
 * `adb_layouts.json` (from mstflint's `register_access_table.adb`), `mlx5_ifc_layouts.json` (from `mlx5_ifc.h`),
 * `registers.json`, `hca_cap_types.json`, `cmd_opcodes.json`, `cmd_status.json` and the code tables.
 * What it writes is committed; nothing reads the directory at run time. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { condenseStructs } from './commandStructs.ts';
import { condenseNodes } from './registerDatabase.ts';

const output = fileURLToPath(new URL('../src/prm/layouts/', import.meta.url));
const input = process.argv[2];
if (input === undefined) throw new Error('usage: node mlx5/generate/layouts.ts <directory with the extracted tables>');

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(input as string, name), 'utf8'));
}

/** One entry a line, so that a new version of the database shows as a readable difference. */
function write(name: string, entries: Record<string, unknown> | unknown[]): void {
  const lines = Array.isArray(entries)
    ? entries.map((entry) => JSON.stringify(entry))
    : Object.entries(entries).map(([key, entry]) => `${JSON.stringify(key)}:${JSON.stringify(entry)}`);
  const [open, close] = Array.isArray(entries) ? ['[', ']'] : ['{', '}'];
  writeFileSync(join(output, name), `${open}\n${lines.join(',\n')}\n${close}\n`);
}

interface SourceRegister {
  readonly id: number;
  readonly name: string;
  readonly adb_node: string;
  readonly size_bytes: number;
}
interface SourceCapability {
  readonly value: number;
  readonly name: string;
  readonly struct?: string | null;
  readonly struct_bytes?: number | null;
}
interface SourceOpcode {
  readonly name: string;
  readonly source: string;
  readonly fwctl_min_scope: number | null;
}
interface SourceStatus {
  readonly value: number;
  readonly name: string;
  readonly text: string;
}

mkdirSync(output, { recursive: true });
const nodes = condenseNodes(read('adb_layouts.json'));
const structs = condenseStructs(read('mlx5_ifc_layouts.json'));
write('registerNodes.json', nodes);
write('commandStructs.json', structs);
const { registers } = read('registers.json') as { registers: SourceRegister[] };
write(
  'registers.json',
  registers.map(({ id, name, adb_node, size_bytes }) => ({ id, name, layout: adb_node, bytes: size_bytes })),
);
const { types } = read('hca_cap_types.json') as { types: SourceCapability[] };
write(
  'capabilities.json',
  types.map(({ value, name, struct, struct_bytes }) => ({
    type: value,
    name,
    ...(struct && struct in structs ? { layout: struct, bytes: struct_bytes } : {}),
  })),
);
const opcodes = read('cmd_opcodes.json') as Record<string, SourceOpcode>;
write(
  'opcodes.json',
  Object.entries(opcodes).map(([code, { name, fwctl_min_scope }]) => ({
    opcode: Number(code),
    name,
    ...(fwctl_min_scope === null ? {} : { fwctlScope: fwctl_min_scope }),
  })),
);
const { status } = read('cmd_status.json') as { status: SourceStatus[] };
write(
  'statuses.json',
  status.map(({ value, name, text }) => ({ status: value, name, text })),
);
write('pddrCodes.json', read('pddr_codes.json') as Record<string, unknown>);
write('ptysProtocols.json', read('ptys_protocols.json') as Record<string, unknown>);
const groups = read('ppcnt_groups.json') as { groups: { value: number; title: string }[] };
write(
  'ppcntGroups.json',
  groups.groups.map(({ value, title }) => ({ group: value, title })),
);
