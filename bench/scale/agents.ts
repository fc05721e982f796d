import { type ChildProcess, fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AgentNews, FleetFile } from './agentsProgram.ts';

const PROGRAM = fileURLToPath(new URL('agentsProgram.ts', import.meta.url));

export type AgentTimes = Pick<Extract<AgentNews, { type: 'done' }>, 'seen' | 'read' | 'written'>;

/** The process with the simulated agents. */
export interface Agents extends AsyncDisposable {
  readonly pid: number;
  /** What agents did since the last call of this; answers that were no success.  */
  take(): { readonly times: readonly AgentTimes[]; readonly refused: readonly string[] };
  /** Resolves when so many agents have written their final status since the last `take`. */
  untilDone(count: number): Promise<void>;
}

/** Starts the agents and waits until all of them watch. */
export async function startAgents(directory: string, fleet: FleetFile): Promise<Agents> {
  const file = join(directory, 'fleet.json');
  writeFileSync(file, JSON.stringify(fleet), { mode: 0o600 });
  const child = fork(PROGRAM, [file], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let times: AgentTimes[] = [];
  let refused: string[] = [];
  let enough: { count: number; resolve: () => void; reject: (error: Error) => void } | undefined;
  const watching = Promise.withResolvers<void>();
  child.on('message', (news: AgentNews) => {
    if (news.type === 'watching') watching.resolve();
    else if (news.type === 'refused') refused.push(news.what);
    else times.push(news);
    if (enough && times.length + refused.length >= enough.count) enough.resolve();
  });
  child.once('exit', (code) => {
    const error = new Error(`the simulated agents ended with code ${code}`);
    watching.reject(error);
    enough?.reject(error);
  });
  await watching.promise;
  return {
    pid: child.pid ?? 0,
    take() {
      const taken = { times, refused };
      [times, refused] = [[], []];
      return taken;
    },
    async untilDone(count) {
      if (times.length + refused.length >= count) return;
      await new Promise<void>((resolve, reject) => {
        enough = { count, resolve, reject };
      });
      enough = undefined;
    },
    [Symbol.asyncDispose]: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}
