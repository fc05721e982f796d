import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, createChild } from './child.ts';
import { nurseryPrefix, ownerOf, writeOwner } from './owner.ts';
import { MARK } from './procfs.ts';
import { sweep } from './sweep.ts';

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** `container`: nothing of this process's own environment, as in a container, except for what tools need of a child.
   * @default inherited */
  readonly environment?: 'inherited' | 'container';
  readonly cwd?: string;
}

/** A temporary directory and processes that live no longer than this one: they are gone when it is disposed, and also
 * when the process that made it is killed, by whatever signal (see reaper.ts). */
export interface Nursery extends AsyncDisposable {
  readonly id: string;
  readonly directory: string;
  /** Logs of the children: `<directory>/logs/<name>.log`, appended when a name is started again. */
  readonly logs: string;
  spawn(name: string, command: readonly [string, ...string[]], options?: SpawnOptions): Child;
}

export interface NurseryOptions {
  /** What SIGTERM leaves the children at the end, in milliseconds.
   * @default 4000 */
  readonly graceMs?: number;
}

/** @param what goes into the directory's name */
export function createNursery(what: string, options: NurseryOptions = {}): Nursery {
  const directory = mkdtempSync(nurseryPrefix(what));
  const id = randomBytes(12).toString('hex');
  writeOwner(directory, ownerOf(id));
  const reaper = spawn(process.execPath, [fileURLToPath(new URL('reaper.ts', import.meta.url)), id, directory], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
    cwd: '/',
  });
  // Neither may keep the event loop of a finished test alive.
  reaper.unref();
  const pipe = reaper.stdin;
  if ('unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
  pipe.on('error', () => {});
  const logs = join(directory, 'logs');
  mkdirSync(logs);
  let ended: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    await sweep(id, directory, options);
    await new Promise<void>((resolve) => {
      reaper.once('exit', () => resolve());
      reaper.ref();
      pipe.end('released');
    });
  };
  return {
    id,
    directory,
    logs,
    spawn(name, [program, ...args], { cwd = directory, env, environment } = {}) {
      const logPath = join(logs, `${name}.log`);
      const log = openSync(logPath, 'a');
      try {
        const child = spawn(program, args, {
          cwd,
          env: { ...(environment === 'container' ? imageEnvironment() : process.env), ...env, [MARK]: id },
          stdio: ['ignore', log, log],
          // A group of its own: Ctrl-C in a terminal is for the owner, who ends its children in order.
          detached: true,
        });
        child.on('error', () => {});
        return createChild(name, child, logPath);
      } finally {
        closeSync(log);
      }
    },
    [Symbol.asyncDispose]() {
      ended ??= end();
      return ended;
    },
  };
}

/** What an image sets, where coverage is written, and where Node keeps compiled code. */
function imageEnvironment(): NodeJS.ProcessEnv {
  const { PATH, NODE_V8_COVERAGE, NODE_COMPILE_CACHE } = process.env;
  return { PATH, NODE_V8_COVERAGE, NODE_COMPILE_CACHE };
}
