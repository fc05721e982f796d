import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot, installProgram, lockCache } from '../binaries/cache.ts';
import { runGo } from '../binaries/goBuild.ts';
import { provideGo } from '../binaries/goToolchain.ts';
import { goArch } from '../binaries/officialRelease.ts';
import { readVersions, TOOLS_DIRECTORY } from '../binaries/versions.ts';

const PROGRAM = 'versitygw';

/** Provides the S3 server of the tests, built with Go from what tools/s3/go.mod pins: about two minutes, once. It has a
 * place of its own in the cache, so that neither it nor the control plane is built anew when the other changes.
 * @returns its path
 * @throws GoToolchainError | BuildError, each saying what can be done */
export async function provideS3Server(
  say: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<string> {
  const sum = createHash('sha256').update(readFileSync(new URL('s3/go.sum', TOOLS_DIRECTORY)));
  const directory = join(cacheRoot(), `s3-${sum.digest('hex').slice(0, 12)}-${goArch()}`);
  const path = join(directory, PROGRAM);
  if (existsSync(path)) return path;
  using _lock = await lockCache(directory, () => say(`waiting for another process that fills ${directory}`), options);
  if (existsSync(path)) return path;
  say(`building ${PROGRAM}, an S3 server, with Go: about two minutes on 2 cores, once`);
  const go = await provideGo(readVersions().versions.go, cacheRoot(), say);
  const scratch = mkdtempSync(join(tmpdir(), 'nicdiag-build-'));
  try {
    const built = join(scratch, PROGRAM);
    const args = [
      'build',
      '-v',
      '-trimpath',
      '-ldflags=-s -w',
      '-o',
      built,
      'github.com/versity/versitygw/cmd/versitygw',
    ];
    await runGo(go, args, fileURLToPath(new URL('s3/', TOOLS_DIRECTORY)), say, options.signal);
    return installProgram(directory, PROGRAM, readFileSync(built));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
