import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why C programs cannot be compiled here; undefined when they can. */
export const noCompiler: string | undefined =
  spawnSync('cc', ['--version']).status === 0 ? undefined : 'there is no C compiler (cc)';

/** Compiles `emulator/test/client/<name>.c`.
 * @returns the program's path */
export function compileClient(name: string): string {
  const program = join(mkdtempSync(join(tmpdir(), 'nicdiag-client-')), name);
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
