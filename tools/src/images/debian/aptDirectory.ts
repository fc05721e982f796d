import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const MAX_OUTPUT = 64 * 1024 * 1024;

export class AptError extends Error {
  override readonly name = 'AptError';
  readonly code = 'Apt';
}

/** apt with lists of its own, for suites and architectures that need not be this machine's. Debian's signatures are
 * checked, and nothing of the machine is changed, so it needs no root. */
export interface AptDirectory extends Disposable {
  /** Where downloads go and lists are. */
  readonly directory: string;
  /** Runs `apt-get` or `apt-cache`.
   * @throws AptError with what apt said */
  apt(program: 'apt-get' | 'apt-cache', ...args: readonly string[]): Promise<string>;
}

/** Makes such a directory and fetches the lists, from where this machine gets its own Debian packages.
 * @throws AptError */
export async function openAptDirectory(
  suites: readonly string[],
  architectures: readonly string[],
): Promise<AptDirectory> {
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-apt-'));
  const dispose = (): void => rmSync(directory, { recursive: true, force: true });
  try {
    for (const path of ['lists/partial', 'archives/partial']) mkdirSync(join(directory, path), { recursive: true });
    writeFileSync(join(directory, 'status'), '');
    writeFileSync(join(directory, 'sources.list'), await sources(suites, architectures));
    const options = aptOptions(directory, architectures);
    const apt: AptDirectory['apt'] = (program, ...args) => runApt(program, [...options, ...args], directory);
    await apt('apt-get', 'update', '--error-on=any');
    return { directory, apt, [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

function aptOptions(directory: string, architectures: readonly string[]): string[] {
  return [
    `Dir::State=${directory}`,
    `Dir::State::lists=${directory}/lists`,
    `Dir::State::status=${directory}/status`,
    `Dir::Cache=${directory}`,
    `Dir::Etc::sourcelist=${directory}/sources.list`,
    'Dir::Etc::sourceparts=/dev/null',
    'Acquire::Languages=none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false',
    'Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false',
    'APT::Update::Post-Invoke-Success::=',
    // root would otherwise become a user who cannot write here.
    `APT::Sandbox::User=${process.getuid?.() === 0 ? 'root' : ''}`,
    ...architectures.map((architecture) => `APT::Architectures::=${architecture}`),
  ].flatMap((option) => ['-o', option]);
}

/** The machine's mirrors, with the wanted suites. */
async function sources(suites: readonly string[], architectures: readonly string[]): Promise<string> {
  const format = '$(REPO_URI) $(RELEASE) $(ORIGIN)';
  const targets = await runApt('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'], tmpdir());
  const mirrors = { main: new Set<string>(), security: new Set<string>() };
  for (const line of targets.split('\n')) {
    const [uri = '', release = '', origin = ''] = line.split(' ');
    // Unknown, and then not filled in, until this machine has fetched lists once.
    if (origin === 'Debian' || origin.startsWith('$('))
      mirrors[release.includes('security') ? 'security' : 'main'].add(uri);
  }
  if (mirrors.main.size === 0)
    throw new AptError('apt on this machine has no Debian mirror: the base of the images comes from Debian packages');
  const signed = existsSync(KEYRING) ? ` signed-by=${KEYRING}` : '';
  return suites
    .flatMap((suite) =>
      [...mirrors[suite.includes('security') ? 'security' : 'main']].map(
        (uri) => `deb [arch=${architectures.join(',')}${signed}] ${uri} ${suite} main\n`,
      ),
    )
    .join('');
}

async function runApt(program: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    const { stdout } = await run(program, args, { cwd, maxBuffer: MAX_OUTPUT, env: { ...process.env, LC_ALL: 'C' } });
    return stdout;
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause);
    throw new AptError(`${program} failed: ${said}`, { cause });
  }
}
