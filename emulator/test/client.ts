import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where programs lie that were compiled before: a compiler that is emulated takes its time. */
const COMPILED = 'NICDIAG_TEST_CLIENTS';

/** Why C programs cannot be compiled here; undefined when they can, or have been. */
export const noCompiler: string | undefined =
  process.env[COMPILED] !== undefined || spawnSync('cc', ['--version']).status === 0
    ? undefined
    : 'there is no C compiler (cc)';

const programs = new Map<string, string>();

/** Compiles `emulator/test/client/<name>.c`, once a process; the program goes when the process does.
 * @returns its path */
export function compileClient(name: string): string {
  const compiled = process.env[COMPILED];
  const known = programs.get(name) ?? (compiled === undefined ? undefined : join(compiled, name));
  if (known !== undefined) return known;
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-client-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const program = compileInto(directory, name);
  programs.set(name, program);
  return program;
}

/** Compiles clients for a machine without a compiler, or with a slow one.
 * @returns the environment in which `compileClient` finds them */
export function compileClients(directory: string, names: readonly string[]): Readonly<Record<string, string>> {
  mkdirSync(directory, { recursive: true });
  for (const name of names) compileInto(directory, name);
  return { [COMPILED]: directory };
}

function compileInto(directory: string, name: string): string {
  const program = join(directory, name);
  const source = new URL(`./client/${name}.c`, import.meta.url).pathname;
  execFileSync('cc', ['-Wall', '-Wextra', '-Wno-unused-function', '-Werror', '-O1', '-o', program, source]);
  return program;
}

/** What one thing that a client tried came to. */
export interface Row {
  readonly row: string;
  readonly errno?: number;
  readonly status?: number;
  readonly syndrome?: number;
  readonly value?: number;
}

export function parseRows(output: string): Row[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Row);
}
