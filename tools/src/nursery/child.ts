import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** How a process ended: one of the two is set. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of a nursery. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  /** stdout and stderr, in one file. */
  readonly logPath: string;
  /** Resolves, never rejects, when the process has ended. */
  readonly ended: Promise<ProcessEnd>;
  isRunning(): boolean;
  /** Sends a signal; nothing happens when the process has ended. */
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL after the grace; resolves when it has ended. */
  stop(options?: { readonly graceMs?: number }): Promise<ProcessEnd>;
  /** The last lines of its log, each cut to {@link LINE_LENGTH}, for messages. */
  tail(lines?: number): string;
}

const GRACE_MS = 10_000;

/** Stack traces in JSON logs would fill screens. */
const LINE_LENGTH = 400;

export function createChild(name: string, process: ChildProcess, logPath: string): Child {
  const { pid } = process;
  if (pid === undefined) throw new Error(`${name} could not be started: is its program there and executable?`);
  const ended = new Promise<ProcessEnd>((resolve) => {
    process.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const isRunning = (): boolean => process.exitCode === null && process.signalCode === null;
  return {
    name,
    pid,
    logPath,
    ended,
    isRunning,
    kill: (signal) => void (isRunning() && process.kill(signal)),
    async stop({ graceMs = GRACE_MS } = {}) {
      if (isRunning()) process.kill('SIGTERM');
      const timer = new AbortController();
      const inTime = await Promise.race([
        ended.then(() => true),
        setTimeout(graceMs, false, { signal: timer.signal }).catch(() => true),
      ]);
      timer.abort();
      if (!inTime) process.kill('SIGKILL');
      return await ended;
    },
    tail(lines = 20) {
      const last = readFileSync(logPath, 'utf8').trimEnd().split('\n').slice(-lines);
      return last.map((line) => (line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH)}…` : line)).join('\n');
    },
  };
}
