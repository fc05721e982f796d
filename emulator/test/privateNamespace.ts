import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

const isRoot = process.geteuid?.() === 0;

/** Why FUSE cannot be mounted here; undefined when it can. Tests that need it are skipped with this word. */
export const noFuse: string | undefined = findObstacle();

function findObstacle(): string | undefined {
  if (!existsSync('/dev/fuse')) return 'there is no /dev/fuse';
  const { status } = spawnSync('unshare', [...(isRoot ? ['-m'] : ['-Urm']), 'true']);
  return status === 0 ? undefined : 'mount namespaces may not be made here';
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A mount namespace of a test's own: what it mounts is seen by nobody else and gone with it. */
export interface PrivateNamespace extends AsyncDisposable {
  start(command: readonly string[]): ChildProcessWithoutNullStreams;
  /** @param input for the command's stdin */
  run(command: readonly string[], input?: string): Promise<Finished>;
}

export async function openPrivateNamespace(): Promise<PrivateNamespace> {
  const holder = spawn('unshare', [...(isRoot ? ['-m'] : ['-Urm']), 'sh', '-c', 'echo up; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await firstLine(holder.stdout);
  // A test that crashes must not leave an emulator behind: what it started gets SIGTERM when it dies.
  const diesWithUs = ['setpriv', '--pdeathsig', 'TERM', '--'];
  const user = isRoot ? [] : ['-U', '--preserve-credentials'];
  const enter = ['-t', String(holder.pid), '-m', ...user, '--', ...diesWithUs];
  const children = new Set<ChildProcessWithoutNullStreams>();

  function start(command: readonly string[]): ChildProcessWithoutNullStreams {
    const child = spawn('nsenter', [...enter, ...command]);
    children.add(child);
    child.once('exit', () => children.delete(child));
    return child;
  }

  return {
    start,
    async run(command, input = '') {
      const child = start(command);
      // A program need not read its input to the end.
      child.stdin.on('error', () => {});
      child.stdin.end(input);
      const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
      const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
      return { code, stdout, stderr };
    },
    async [Symbol.asyncDispose]() {
      const left = [...children].map((child) => {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        return gone;
      });
      await Promise.all(left);
      const gone = new Promise((resolve) => holder.once('exit', resolve));
      holder.stdin.end();
      await gone;
    },
  };
}

/** @throws Error when the stream ends without a line */
export async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  const lines = createInterface({ input: stream });
  return new Promise((resolve, reject) => {
    lines.once('line', resolve);
    lines.once('close', () => reject(new Error('the program ended without a line')));
  });
}
