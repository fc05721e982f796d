import { spawn } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openControlSocket } from '../control/controlSocket.ts';
import { loadHostProfile } from '../host/profile.ts';
import type { FrontEnd } from '../program/messages.ts';
import { startHost } from '../program/runningHost.ts';
import { bindMount } from '../system/bindMount.ts';
import { fittingsOfThisMachine } from './furniture.ts';

export interface ExecOptions {
  readonly host: string;
  readonly seed: number;
  readonly frontEnd: FrontEnd;
  readonly commandLog?: string;
  readonly control?: string;
}

/** `exec`: starts this program again in a private mount namespace (and, without root, a user namespace in which the
 * caller is root), where `execInside` does the work.
 * @param args the command line's arguments, `exec` first
 * @returns the command's exit code */
export async function exec(args: readonly string[]): Promise<number> {
  const namespaces = process.geteuid?.() === 0 ? ['-m'] : ['-Urm'];
  const program = [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
  return run('unshare', [...namespaces, ...program, 'exec-inside', ...args.slice(1)]);
}

/** Lets `$1`/dev and `$1`/sys take the place of the machine's, and becomes the rest of its arguments. */
const TAKE_PLACE = `
for name in sys dev; do mount --rbind "$1/$name" "/$name" || exit 125; done
shift
command -v -- "$1" > /dev/null || { echo "nicdiag-emulator: cannot run $1: there is no such program" >&2; exit 127; }
exec "$@"`;

/** Mounts the host and runs the command in a namespace further inside, in which the host's /dev and /sys are the machine's.
 * Not in this one: whatever here looks something up below /sys, as libuv does to tell the time, would ask this very
 * process and wait for ever. */
export async function execInside(command: readonly string[], options: ExecOptions): Promise<number> {
  const root = mkdtempSync(join(tmpdir(), 'nicdiag-host-'));
  const { furniture, binds } = fittingsOfThisMachine();
  const running = await startHost({
    profile: loadHostProfile(options.host),
    root,
    seed: options.seed,
    frontEnd: options.frontEnd,
    furniture,
    ...(options.commandLog === undefined ? {} : { commandLog: resolve(options.commandLog) }),
  });
  const socket =
    options.control === undefined
      ? undefined
      : await openControlSocket(resolve(options.control), (request) => running.control(request));
  try {
    for (const path of binds) bindMount(`/${path}`, join(root, path));
    return await run('unshare', ['-m', 'sh', '-c', TAKE_PLACE, 'sh', root, ...command]);
  } finally {
    socket?.close();
    await running.stop();
    rmdirSync(root);
  }
}

/** Runs a program with this one's terminal and passes signals on.
 * @returns its exit code, 128 + n when signal n ended it, 127 when it could not be started */
function run(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(program, args, { stdio: 'inherit' });
  const passOn = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, passOn);
  return new Promise((settle) => {
    const done = (code: number): void => {
      for (const signal of signals) process.off(signal, passOn);
      settle(code);
    };
    child.once('error', (error) => {
      process.stderr.write(`nicdiag-emulator: cannot run ${program}: ${error.message}\n`);
      done(127);
    });
    child.once('exit', (code, signal) => done(code ?? 128 + constants.signals[signal ?? 'SIGTERM']));
  });
}
