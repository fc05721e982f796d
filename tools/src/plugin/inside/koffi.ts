import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants as system, tmpdir } from 'node:os';
import { getAsset, isSea } from 'node:sea';
import { getEnvironmentData } from 'node:worker_threads';

/** Opens a file that has no name and is gone with its last descriptor: nothing is left behind, and nobody can put another
 * one in its place between writing and loading. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

/** In the one-file program, instead of the package koffi: its native part out of the executable; in the script, the package
 * as it is installed beside it. */
function loadKoffi(): unknown {
  if (isSea()) return loadFromExecutable();
  const script: unknown = getEnvironmentData('nicdiag.script');
  try {
    return createRequire(String(script))('koffi');
  } catch (cause) {
    throw new Error(
      'the commands for the devices of this host need the executable for Linux (amd64 or arm64), or the npm package koffi beside this script',
      { cause },
    );
  }
}

function loadFromExecutable(): unknown {
  const bytes = new Uint8Array(getAsset('koffi.node'));
  // Programs cannot be run from file systems that are mounted noexec, /tmp on a hardened host among them.
  const directories = [...new Set([process.env['XDG_RUNTIME_DIR'], tmpdir(), '/dev/shm', '/var/tmp', '/run'])];
  const refusals: string[] = [];
  for (const directory of directories) {
    if (!directory) continue;
    try {
      return loadFrom(directory, bytes);
    } catch (error) {
      refusals.push(`${directory}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(
    `no directory to load native code from; set TMPDIR to one that is writable and not mounted noexec\n  ${refusals.join('\n  ')}`,
  );
}

function loadFrom(directory: string, bytes: Uint8Array): unknown {
  const fd = openSync(directory, O_TMPFILE | constants.O_RDWR, 0o700);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    const loaded: { exports: unknown } = { exports: {} };
    process.dlopen(loaded, `/proc/self/fd/${fd}`, system.dlopen.RTLD_LAZY);
    return loaded.exports;
  } finally {
    closeSync(fd);
  }
}

module.exports = loadKoffi();
