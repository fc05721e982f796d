import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import test from 'ava';

/* `make demo` as its user meets it. Each run has a temporary directory of its own, by which what it leaves is found. */
const DEMO = fileURLToPath(new URL('../../tools/src/demo/', import.meta.url));

interface Run {
  readonly process: ChildProcess;
  readonly temporary: string;
  readonly output: () => string;
  /** Exit code; -1 when it was killed. */
  readonly ended: Promise<number>;
}

function startDemo(t: { teardown(end: () => void): void }, program = 'main.ts', args: string[] = [], from?: Run): Run {
  const temporary = from?.temporary ?? mkdtempSync(join(tmpdir(), 'demo-test-'));
  if (from === undefined) t.teardown(() => rmSync(temporary, { recursive: true, force: true }));
  const env = { ...process.env, TMPDIR: temporary, NICDIAG_DEMO_DIRECTORY: join(temporary, 'demo') };
  const child = spawn(process.execPath, [join(DEMO, program), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      text += chunk;
    });
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)));
  return { process: child, temporary, output: () => text, ended };
}

/** Processes whose environment names the run's temporary directory. */
function leftProcesses({ temporary }: Run): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`TMPDIR=${temporary}`);
      } catch {
        return false;
      }
    });
}

function leftDirectories({ temporary }: Run): string[] {
  return readdirSync(temporary).filter((name) => name.startsWith('nicdiag-'));
}

async function until(condition: () => boolean, withinMs = 240_000): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    if (condition()) return true;
    await setTimeout(50);
  }
  return false;
}

async function nothingLeft(run: Run): Promise<boolean> {
  return await until(() => leftProcesses(run).length === 0 && leftDirectories(run).length === 0);
}

test.beforeEach((t) => t.timeout(900_000));

test.serial('the demo ends with the path of a bundle and leaves nothing', async (t) => {
  const run = startDemo(t);
  t.is(await run.ended, 0, run.output());
  const last = run.output().trimEnd().split('\n').at(-1) ?? '';
  const bundle = /^bundle: (\/.+)$/.exec(last)?.[1];
  t.truthy(bundle, last);
  t.true(statSync(bundle!).size > 0);
  t.regex(run.output(), /ended: Succeeded, reason WithUnsupported/);
  const [before = ''] = run.output().split('$ kubectl apply');
  t.is(before.match(/^ +gpu-[abc]\.0000-/gm)?.length, 5, 'all devices are there before anything is asked of them');
  t.regex(before, /gpu-b\.0000-98-00-0 .* Degraded +LinkDown /);
  t.regex(run.output(), /Nothing is left running/);
  t.deepEqual(leftProcesses(run), []);
  t.deepEqual(leftDirectories(run), []);
});

test.serial('Ctrl-C cleans up', async (t) => {
  const run = startDemo(t);
  t.true(await until(() => /kubectl apply/.test(run.output())), run.output());
  run.process.kill('SIGINT');
  t.is(await run.ended, 130, run.output());
  t.deepEqual(leftProcesses(run), []);
  t.deepEqual(leftDirectories(run), []);
});

test.serial('a demo killed with SIGKILL is cleaned up without it', async (t) => {
  const run = startDemo(t);
  t.true(await until(() => leftDirectories(run).length >= 2), run.output());
  run.process.kill('SIGKILL');
  t.is(await run.ended, -1);
  t.true(await nothingLeft(run), leftProcesses(run).join());
});

test.serial(
  'a kept demo runs on until demo-down; when all its processes were killed, demo-down cleans up',
  async (t) => {
    const run = startDemo(t, 'main.ts', ['--keep']);
    t.is(await run.ended, 0, run.output());
    t.regex(run.output(), /export KUBECONFIG=\S+/);
    const note = JSON.parse(readFileSync(join(run.temporary, 'demo/kept.json'), 'utf8'));
    t.true(existsSync(note.kubeconfig));
    t.true(existsSync(`/proc/${note.pid}`));
    const again = startDemo(t, 'main.ts', ['--keep'], run);
    t.is(await again.ended, 1);
    t.regex(again.output(), /a demo is running already/);
    // The holder, and with it the reapers: nobody is left who could clean up.
    for (const pid of leftProcesses(run)) process.kill(Number(pid), 'SIGKILL');
    t.true(await until(() => leftProcesses(run).length === 0));
    t.not(leftDirectories(run).length, 0);
    const down = startDemo(t, 'down.ts', [], run);
    t.is(await down.ended, 0, down.output());
    t.true(await nothingLeft(run));
  },
);
