import { parseArgs } from 'node:util';
import { toError } from '@nicdiag/runtime';
import { requireFuse } from '../fuseDevice.ts';
import { startHolder } from '../kept/holder.ts';
import { findKept, noteKept } from '../kept/kept.ts';
import { sweepAbandoned } from '../nursery/owner.ts';
import { DEMO_DIRECTORY } from './demoDirectory.ts';
import { createNarrator } from './narrator.ts';
import { AFTER_ENDING, afterKeeping } from './next.ts';
import { runScenario } from './scenario.ts';
import { NODES, PROCESSES } from './stages.ts';

/* `main.ts [--keep] [--nodes]`, `make demo` and `make demo-cluster`: a capture on three emulated hosts, from `kubectl apply`
 * to a verified bundle. */
const { values } = parseArgs({
  options: { keep: { type: 'boolean', default: false }, nodes: { type: 'boolean', default: false } },
});
const stage = values.nodes ? NODES : PROCESSES;
const narrator = createNarrator();
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort(signal));

/** 128 + SIGINT, as a shell has it. */
const INTERRUPTED = 130;

async function demo(): Promise<string> {
  const kept = findKept(DEMO_DIRECTORY);
  if (kept !== undefined && values.keep)
    throw new Error(`a demo is running already (process ${kept.pid}); "make demo-down" ends it`);
  requireFuse();
  const swept = await sweepAbandoned();
  if (swept.length > 0) narrator.line(`cleaned up after an earlier run that was killed (${swept.length} directories)`);
  narrator.step(stage.title);
  await stage.provide({ say: narrator.line, signal: interrupted.signal });
  const holder = startHolder({
    what: 'the demo',
    ...stage.holder(),
    directory: DEMO_DIRECTORY,
    say: narrator.line,
  });
  try {
    const aborted = new Promise<never>((_, reject) => {
      interrupted.signal.addEventListener('abort', () => reject(interrupted.signal.reason));
    });
    aborted.catch(() => {});
    const access = await Promise.race([holder.ready, aborted]);
    const bundle = await runScenario(access, narrator, { signal: interrupted.signal });
    if (!values.keep) return bundle;
    noteKept(DEMO_DIRECTORY, access);
    holder.keep();
    narrator.step('Left running');
    for (const line of afterKeeping(access)) narrator.line(line);
    return bundle;
  } finally {
    if (!(values.keep && findKept(DEMO_DIRECTORY) !== undefined)) await holder.end();
  }
}

try {
  const bundle = await demo();
  if (!values.keep) {
    narrator.step('Nothing is left running. Next');
    for (const line of AFTER_ENDING) narrator.line(line);
  }
  process.stdout.write(`\nbundle: ${bundle}\n`);
} catch (error) {
  if (interrupted.signal.aborted) {
    process.stderr.write('\ninterrupted; everything has been cleaned up\n');
    process.exitCode = INTERRUPTED;
  } else {
    process.stderr.write(`\nthe demo failed: ${toError(error).message}\n`);
    process.exitCode = 1;
  }
}
// Timers and connections of a kept demo's start must not hold the terminal.
process.exit();
