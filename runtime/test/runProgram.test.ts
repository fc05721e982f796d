import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import test from 'ava';

const module = new URL('../src/index.ts', import.meta.url).href;

/** Runs a program; sends it `signals` one after another, each when it has printed a line. */
async function run(main: string, signals: readonly NodeJS.Signals[] = [], options = '') {
  const program = `import { createLogger, runProgram } from '${module}';
    const logger = createLogger({ program: 'p' });
    await runProgram(${main}, { logger, ${options} });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = text(child.stderr);
  const exited = once(child, 'exit');
  for (const signal of signals) {
    await once(child.stdout, 'data');
    child.kill(signal);
  }
  child.stdout.resume();
  const [code, killedBy] = await exited;
  return { code, killedBy, log: await log };
}

const untilAborted = `async ({ signal }) => {
  const keep = setInterval(() => {}, 1000);
  console.log('up');
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  clearInterval(keep);`;

test('the exit code is what main returns', async (t) => {
  t.is((await run('async () => 3')).code, 3);
  t.is((await run('async () => {}')).code, 0);
});

test('SIGTERM aborts the signal; throwing its reason is a clean end', async (t) => {
  const { code, log } = await run(`${untilAborted} signal.throwIfAborted(); }`, ['SIGTERM']);
  t.is(code, 0);
  t.regex(log, /"message":"stopping".*"signal":"SIGTERM"/);
});

test('a second signal exits at once with 128 and its number', async (t) => {
  const main = `${untilAborted} console.log('slow'); await new Promise((r) => setTimeout(r, 60_000)); }`;
  t.is((await run(main, ['SIGTERM', 'SIGINT'])).code, 130);
});

test('a main that does not stop is ended after the grace period with a line that says so', async (t) => {
  const main = `${untilAborted} await new Promise((r) => setTimeout(r, 60_000)); }`;
  const { code, log } = await run(main, ['SIGTERM'], 'graceMs: 20');
  t.is(code, 1);
  t.regex(log, /did not stop within 20 ms of SIGTERM/);
});

for (const [what, main, line] of [
  ['an error thrown by main', `async () => { throw new Error('bad luck'); }`, /stopped by an error.*bad luck/],
  [
    'an unhandled rejection',
    `async () => { Promise.reject('lost'); await new Promise((r) => setTimeout(r, 9000)); }`,
    /unhandled rejection.*lost/,
  ],
  [
    'an exception in a callback',
    `async () => { setTimeout(() => { throw new Error('late'); }); await new Promise((r) => setTimeout(r, 9000)); }`,
    /uncaught exception.*late/,
  ],
] as const) {
  test(`${what} is logged and the exit code is 1`, async (t) => {
    const { code, log } = await run(main);
    t.is(code, 1);
    t.regex(log, line);
  });
}
