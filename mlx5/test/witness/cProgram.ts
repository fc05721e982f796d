import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The machine's C compiler; undefined where there is none. */
export const compiler = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0);

/** Compiles a C program and runs it.
 * @returns its lines */
export function linesOf(source: URL, args: readonly string[] = []): readonly string[] {
  if (compiler === undefined) throw new Error('there is no C compiler');
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-vectors-'));
  try {
    const program = join(directory, 'vectors');
    execFileSync(compiler, ['-std=c11', '-Wall', '-Wextra', '-Werror', '-o', program, fileURLToPath(source)]);
    return execFileSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
      .trim()
      .split('\n');
  } finally {
    rmSync(directory, { recursive: true });
  }
}
