import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why C programs cannot be compiled here; undefined when they can. */
export const noCompiler: string | undefined =
  spawnSync('cc', ['--version']).status === 0 ? undefined : 'there is no C compiler (cc)';

const programs = new Map<string, string>();

/** Compiles `emulator/test/client/<name>.c`, once a process; the program goes when the process does.
 * @returns its path */
export function compileClient(name: string): string {
  const known = programs.get(name);
  if (known !== undefined) return known;
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-client-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const program = join(directory, name);
  const source = new URL(`./client/${name}.c`, import.meta.url).pathname;
  execFileSync('cc', ['-Wall', '-Wextra', '-Wno-unused-function', '-Werror', '-O1', '-o', program, source]);
  programs.set(name, program);
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
