import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isHolderMessage, type ReadyMessage, type TerminalMessage } from './messages.ts';

/** The background process that holds what was started. */
export interface Holder {
  /** Resolves when it is ready.
   * @throws Error with the reason why it is not */
  readonly ready: Promise<ReadyMessage>;
  /** Leaves it running when this process ends. */
  keep(): void;
  /** Ends it and waits until it has cleaned up. */
  end(): Promise<void>;
}

export interface HolderOptions {
  /** What it is, for messages: `the demo`. */
  readonly what: string;
  /** Program and arguments: a script that calls `hold` (hold.ts). */
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where its log goes. */
  readonly directory: string;
  /** Told what takes time, a line at a time. */
  readonly say: (line: string) => void;
}

/** Starts it in a session of its own, so that Ctrl-C in the terminal is for this process alone, which then ends it in
 * order. If this process is killed, the channel between them closes, and it ends by itself. */
export function startHolder({ what, command, env = {}, directory, say }: HolderOptions): Holder {
  const [program = '', ...args] = command;
  mkdirSync(directory, { recursive: true });
  const logPath = join(directory, 'holder.log');
  const log = openSync(logPath, 'w');
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ready = new Promise<ReadyMessage>((resolve, reject) => {
    child.on('message', (message) => {
      if (!isHolderMessage(message)) return;
      if (message.kind === 'say') say(message.line);
      else if (message.kind === 'ready') resolve(message);
      else reject(new Error(message.message));
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const last = readFileSync(logPath, 'utf8').trim().split('\n').slice(-15).join('\n');
      reject(new Error(`the background process of ${what} ended (${signal ?? code}), see ${logPath}:\n${last}`));
    });
  });
  // It is awaited later; an early failure must not end this process before.
  ready.catch(() => {});
  return {
    ready,
    keep() {
      send(child, { kind: 'keep' });
      child.disconnect();
      child.unref();
    },
    async end() {
      send(child, { kind: 'end' });
      await exited;
    },
  };
}

function send(child: ChildProcess, message: TerminalMessage): void {
  if (child.connected) child.send(message, () => {});
}
