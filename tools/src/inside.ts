import { spawn } from 'node:child_process';
import { privateMounts } from './privateMounts.ts';

/* `inside.ts [--] COMMAND…`: runs a command in a private mount namespace and ends as it ends. */
const command = process.argv.slice(process.argv[2] === '--' ? 3 : 2);
const { prefix, env } = privateMounts();
const [program = 'sh', ...args] = [...prefix, ...command];
const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...env } });
// A terminal sends Ctrl-C to both; the command decides what it means. Others send signals to this one only.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
child.once('error', (error) => {
  process.stderr.write(`${program} could not be started: ${error.message}\n`);
  process.exitCode = 127;
});
child.once('exit', (code, signal) => {
  if (signal === null) process.exitCode = code ?? 1;
  else process.kill(process.pid, signal === 'SIGINT' ? 'SIGTERM' : signal);
});
