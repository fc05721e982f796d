import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { freePort } from '@nicdiag/tools';
// The table itself, so that no point is left out.
import { CRASH_POINTS } from '../../node-agent/src/crashPoints.ts';
import { FIRST, HOST, SECOND } from './agent/agentBench.ts';
import { agentTest } from './agent/agentTest.ts';
import { readAgain } from './agent/safeItems.ts';

/* Agents that are killed at an exact point, or hang in a device. */
const test = agentTest();

for (const point of [...Object.keys(CRASH_POINTS), 'items-flushed:4', 'collector-finished:3', 'blob-uploaded:9']) {
  test(`killed at ${point}: the capture ends as if nothing had happened, nothing safe is read again`, async (t) => {
    const { bench } = t.context;
    const name = `killed-at-${point.replace(':', '-')}`;
    await bench.restart({ env: { NICDIAG_CRASH_AT: point } });
    await bench.capture(name);
    await bench.until(() => !bench.agent.isRunning(), 'the agent is killed');
    t.is((await bench.agent.ended())?.signal, 'SIGKILL');
    const safe = await bench.safe();
    const from = bench.emulator.commandLog().length;
    await bench.restart();
    const { status } = await bench.finished(name);
    t.like(status, { state: 'Succeeded', reason: 'Succeeded' });
    t.is(status?.devices?.length, 2);
    t.true(status?.devices?.every(({ manifest, itemErrors }) => manifest !== undefined && itemErrors === 0));
    t.deepEqual(readAgain(safe, bench.captured(from)), []);
    await bench.until(() => bench.spooled().length === 0, 'the spool is empty');
    // The next agent is killed where this one would still write its journal.
    await bench.until(
      async () => /^nicdiag_captures_open 0$/m.test(await bench.agent.metrics()),
      'the agent has nothing left to do',
    );
    const { devices } = await bench.reader(name).list({ signal: AbortSignal.timeout(180_000) });
    t.is(devices.length, 2);
  });
}

test('a command hangs: DeviceHung; the other device is served, and the first again when the kernel lets go', async (t) => {
  const { bench } = t.context;
  await bench.restart({ args: ['--command-timeout=4s', '--rescan=2s'] });
  await bench.emulator.control({ fault: 'hang', device: FIRST, register: 'PPCNT', times: 1 });
  await bench.capture('hung');
  const { status } = await bench.finished('hung');
  t.like(status, { state: 'Partial', reason: 'DeviceHung' });
  const [first, second] = status?.devices ?? [];
  t.like(first, { pciAddress: FIRST, state: 'Partial', reason: 'DeviceHung' });
  t.like(second, { pciAddress: SECOND, state: 'Succeeded' });
  await bench.until(async () => (await bench.device(FIRST))?.status?.health === 'Unresponsive', 'it is shown so');

  await bench.capture('beside-hung');
  const beside = await bench.finished('beside-hung');
  t.deepEqual(
    beside.status?.devices?.map(({ state, reason }) => `${state} ${reason}`),
    ['Failed DeviceHung', 'Succeeded Succeeded'],
  );
  t.regex(await bench.agent.metrics(), /^nicdiag_lanes_lost 1$/m);

  await bench.emulator.control({ fault: 'clear' });
  await bench.until(async () => (await bench.device(FIRST))?.status?.health === 'Healthy', 'it is served again');
  await bench.capture('after-hung');
  t.is((await bench.finished('after-hung')).status?.state, 'Succeeded');
});

test('an agent that is ready has published its devices, however slow they are', async (t) => {
  const { bench } = t.context;
  await bench.agent.stop();
  await bench.stack.kubectl(['delete', 'nicdevices', '--all']);
  await bench.emulator.control({ fault: 'delay', ms: 100 });
  await bench.restart();
  for (const address of [FIRST, SECOND])
    t.regex((await bench.device(address))?.status?.health ?? 'none', /Healthy|Degraded/);
});

test('a device that hangs does not keep the agent from being ready', async (t) => {
  const { bench } = t.context;
  await bench.agent.stop();
  await bench.emulator.control({ fault: 'hang', device: FIRST, register: 'MGIR', times: 1 });
  const began = performance.now();
  await bench.restart({ args: ['--command-timeout=60s'] });
  t.true(performance.now() - began < 40_000);
  t.regex(JSON.stringify(await bench.emulator.control({ status: true })), /"struck":1/);
  const target = { nodeNames: [HOST], devices: { pciAddresses: [SECOND] } } as never;
  await bench.capture('ready-beside-hung', { target });
  t.is((await bench.finished('ready-beside-hung')).status?.state, 'Succeeded');
});

test('an agent killed in a hung command: its successor waits, unready, for the state directory, then goes on', async (t) => {
  const { bench } = t.context;
  await bench.restart();
  await bench.emulator.control({ fault: 'hang', device: FIRST, register: 'PPCNT', times: 1 });
  await bench.capture('hung-and-killed');
  await bench.until(
    async () => JSON.stringify(await bench.emulator.control({ status: true })).includes('"struck":1'),
    'the command hangs',
  );

  const port = await freePort();
  const of = (file: string): string[] =>
    readFileSync(`/proc/${bench.agent.pid}/${file}`, 'utf8').split('\0').slice(0, -1);
  const [node = '', ...args] = of('cmdline');
  const env = Object.fromEntries(of('environ').map((entry) => entry.split(/=(.*)/s).slice(0, 2)));
  bench.agent.kill('SIGKILL');
  const successor = spawn(node, [...args, `--listen=127.0.0.1:${port}`], {
    stdio: 'ignore',
    env,
  });
  const exited = once(successor, 'exit');
  const readiness = async (): Promise<string> =>
    await fetch(`http://127.0.0.1:${port}/readyz`).then(
      async (response) => `${response.status} ${await response.text()}`,
      () => 'not up',
    );
  try {
    await bench.until(async () => /^503 .*is in use by another process/.test(await readiness()), 'it says why');
    t.true(bench.agent.isRunning());
    await bench.emulator.control({ fault: 'clear' });
    await bench.agent.ended();
    await bench.until(async () => (await readiness()).startsWith('200'), 'the successor is ready');
    t.is((await bench.finished('hung-and-killed')).status?.state, 'Succeeded');
  } finally {
    successor.kill();
    if (successor.exitCode === null && successor.signalCode === null) await exited;
  }
});

test('a journal entry that cannot be read is put aside, and its capture begun anew with what is in the spool', async (t) => {
  const { bench } = t.context;
  await bench.restart({ env: { NICDIAG_CRASH_AT: 'items-flushed:3' } });
  await bench.capture('corrupt');
  await bench.agent.ended();
  const journal = `${bench.agent.stateDirectory}/journal`;
  const open = readdirSync(journal)
    .filter((file) => file.endsWith('.journal'))
    .filter((file) => readFileSync(`${journal}/${file}`, 'utf8').includes('"phase":"open"'));
  t.is(open.length, 1);
  writeFileSync(`${journal}/${open[0]}`, 'nicdiag-journal/1 0000\n{"half":');
  const safe = await bench.safe();
  const from = bench.emulator.commandLog().length;
  await bench.restart();
  t.is((await bench.finished('corrupt')).status?.state, 'Succeeded');
  t.deepEqual(readAgain(safe, bench.captured(from)), []);
  t.is(readdirSync(`${journal}/quarantine`).length, 1);
});
