import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import test from 'ava';
import { compileClient, noCompiler } from '../client.ts';
import { noFuse } from '../privateNamespace.ts';

const main = new URL('../../src/main.ts', import.meta.url).pathname;
const mounted = noFuse === undefined ? test.serial : test.skip;
const withClient = noFuse === undefined && noCompiler === undefined ? test.serial : test.skip;
if (noFuse !== undefined) test(`exec cannot be tried: ${noFuse}`, (t) => t.pass());

async function exec(
  host: string,
  ...command: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [main, 'exec', '--host', host, '--', ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { code, stdout, stderr };
}

mounted("the emulated host's /dev and /sys are the program's, and ordinary devices still work", async (t) => {
  const script = [
    'ls /dev/fwctl',
    'realpath /sys/class/fwctl/fwctl0/device',
    'head -c 3 /dev/zero | wc -c',
    'head -c 3 /dev/urandom | wc -c',
    'echo gone > /dev/null',
    'echo standard | cat /dev/stdin',
    'test -d /sys/kernel && echo kernel',
  ].join('; ');
  const { code, stdout, stderr } = await exec('gpu-b', 'sh', '-c', script);
  t.is(code, 0, stderr);
  t.deepEqual(stdout.trim().split('\n'), [
    'fwctl0',
    'fwctl1',
    '/sys/devices/pci0000:16/0000:16:01.0/0000:17:00.0',
    '3',
    '3',
    'standard',
    'kernel',
  ]);
});

mounted('the emulator itself keeps the /dev and /sys of the machine: it could not answer itself', async (t) => {
  const script = 'readlink /proc/$PPID/ns/mnt /proc/self/ns/mnt';
  const { code, stdout, stderr } = await exec('gpu-b', 'sh', '-c', script);
  t.is(code, 0, stderr);
  const [emulator, program] = stdout.split('\n');
  t.regex(emulator ?? '', /^mnt:/);
  t.not(emulator, program);
});

mounted('the exit code is passed on', async (t) => {
  t.is((await exec('gpu-a', 'sh', '-c', 'exit 7')).code, 7);
  t.is((await exec('gpu-a', 'sh', '-c', 'kill -9 $$')).code, 128 + 9);
  const missing = await exec('gpu-a', '/no/such/program');
  t.is(missing.code, 127);
  t.regex(missing.stderr, /cannot run \/no\/such\/program/);
});

withClient('a program with fixed paths finds its device', async (t) => {
  const { stdout } = await exec(
    'gpu-a',
    compileClient('register'),
    '/dev/mlx5ctl-mlx5_core.ctl.1',
    '16',
    '0x5006',
    '0001',
  );
  t.regex(stdout, /^open\n0 0 0 0001/);
});
