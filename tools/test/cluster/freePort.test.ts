import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import test from 'ava';
import { freePort, reservePort } from '../../src/cluster/freePort.ts';

const module = new URL('../../src/cluster/freePort.ts', import.meta.url).href;

/** Another process that finds a port and does nothing with it. */
async function elsewhere() {
  const program = `import { freePort } from '${module}'; console.log(await freePort()); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
  return { child, port: Number(line) };
}

test('each port is given out once, and can be listened on', async (t) => {
  const ports = await Promise.all(Array.from({ length: 20 }, () => freePort()));
  t.is(new Set(ports).size, ports.length);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(ports[0], '127.0.0.1', resolve));
  await new Promise((resolve) => server.close(resolve));
});

test('a port that another process was given is kept from this one until that process is gone', async (t) => {
  const { child, port } = await elsewhere();
  t.is(await reservePort(port), undefined);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const reservation = await reservePort(port);
  t.truthy(reservation);
  reservation?.close();
});
