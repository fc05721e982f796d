import { setTimeout } from 'node:timers/promises';
import type { Command } from '../cluster/controlPlane.ts';
import type { Child, ProcessEnd } from '../nursery/child.ts';
import type { Nursery } from '../nursery/nursery.ts';
import { type Probe, probe } from './probe.ts';

/** What happens when a program ends that nobody asked to stop. */
export type RestartPolicy = 'always' | 'never';

export interface ProgramOptions {
  readonly name: string;
  readonly command: Command;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** @default inherited; see the nursery */
  readonly environment?: 'inherited' | 'container';
  /** `http://HOST:PORT` of its health server: /livez, /readyz, /metrics. */
  readonly healthUrl?: string;
  /** @default never */
  readonly restart?: RestartPolicy;
}

export interface StartOptions {
  /** For this run only, e.g. `NICDIAG_CRASH_AT`; a restart after its end is without. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Arguments after the usual ones, for this run only. */
  readonly args?: readonly string[];
}

/** One of the stack's programs: a process that can be stopped, killed and started again under the same name. */
export interface Program {
  readonly name: string;
  /** stdout and stderr of all its runs. */
  readonly logPath: string;
  readonly healthUrl: string | undefined;
  /** Of the run that is on, undefined between runs. */
  readonly pid: number | undefined;
  /** How often it was started. */
  readonly starts: number;
  isRunning(): boolean;
  /** Starts it; nothing happens when it runs. Does not wait until it is ready. */
  start(options?: StartOptions): void;
  /** SIGTERM, and SIGKILL if it does not end in time. It stays stopped, whatever its restart policy.
   * @returns undefined when it did not run */
  stop(options?: { readonly graceMs?: number }): Promise<ProcessEnd | undefined>;
  /** Sends a signal, as something outside would: the restart policy applies. */
  kill(signal: NodeJS.Signals): void;
  /** Resolves at the end of the run that is on; at once when none is.
   * @returns undefined when it did not run */
  ended(): Promise<ProcessEnd | undefined>;
  setRestart(policy: RestartPolicy): void;
  /** Asks its /readyz. */
  ready(): Promise<Probe>;
  /** @throws ProgramError when it ends before, or is not ready in time */
  untilReady(options?: { readonly withinMs?: number; readonly signal?: AbortSignal | undefined }): Promise<void>;
  /** Its /metrics. */
  metrics(): Promise<string>;
  tail(lines?: number): string;
}

const READY_MS = 180_000;
const POLL_MS = 50;
const RESTART_DELAY_MS = 200;
const MAX_RESTART_DELAY_MS = 5_000;
/** A run of this length was a good one: the next restart is a quick one again. */
const STEADY_MS = 10_000;

export class ProgramError extends Error {
  override readonly name = 'ProgramError';
  readonly code = 'Program';
}

export function createProgram(nursery: Nursery, options: ProgramOptions): Program {
  const { name, command, healthUrl } = options;
  const logPath = `${nursery.logs}/${name}.log`;
  let child: Child | undefined;
  let restart: RestartPolicy = options.restart ?? 'never';
  let wanted = false;
  let starts = 0;
  let delay = RESTART_DELAY_MS;

  function run(start: StartOptions): void {
    wanted = true;
    starts++;
    const began = Date.now();
    const mine = nursery.spawn(name, [...command, ...(start.args ?? [])], {
      env: { ...options.env, ...start.env },
      environment: options.environment ?? 'inherited',
    });
    child = mine;
    void mine.ended.then(async () => {
      if (!wanted || restart === 'never' || child !== mine) return;
      delay = Date.now() - began > STEADY_MS ? RESTART_DELAY_MS : Math.min(delay * 2, MAX_RESTART_DELAY_MS);
      await setTimeout(delay, undefined, { ref: false });
      if (wanted && child === mine) run({});
    });
  }

  const program: Program = {
    name,
    logPath,
    healthUrl,
    get pid() {
      return child?.isRunning() ? child.pid : undefined;
    },
    get starts() {
      return starts;
    },
    isRunning: () => child?.isRunning() ?? false,
    start(start = {}) {
      if (!program.isRunning()) run(start);
    },
    async stop(stop) {
      wanted = false;
      return await child?.stop(stop);
    },
    kill: (signal) => child?.kill(signal),
    ended: async () => await child?.ended,
    setRestart(policy) {
      restart = policy;
    },
    ready: () => probe(`${healthUrl}/readyz`),
    async untilReady({ withinMs = READY_MS, signal } = {}) {
      const deadline = Date.now() + withinMs;
      for (;;) {
        signal?.throwIfAborted();
        const answer = await program.ready();
        if (answer.ok) return;
        if (!program.isRunning() && restart === 'never')
          throw new ProgramError(`${name} ended before it was ready:\n${program.tail()}`);
        if (Date.now() > deadline)
          throw new ProgramError(
            `${name} is not ready after ${withinMs / 1000} s (${answer.text.trim()}):\n${program.tail()}`,
          );
        await setTimeout(POLL_MS);
      }
    },
    async metrics() {
      const answer = await probe(`${healthUrl}/metrics`);
      if (!answer.ok) throw new ProgramError(`${name} gives no metrics: ${answer.text}`);
      return answer.text;
    },
    tail: (lines) => child?.tail(lines) ?? '',
  };
  return program;
}
