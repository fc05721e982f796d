import test from 'ava';
import { Counter } from 'prom-client';
import { createProbeServer } from '../src/probeServer.ts';
import { createRegistry } from '../src/registry.ts';

async function get(server: { port: number }, path: string) {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

test('readiness is 503 with its reasons, one a line, until there are none', async (t) => {
  let reasons = ['devices are not scanned yet', 'the inbox is not watched yet'];
  await using server = await createProbeServer({ listen: '127.0.0.1:0', ready: () => reasons });
  t.like(await get(server, '/readyz'), {
    status: 503,
    text: 'devices are not scanned yet\nthe inbox is not watched yet\n',
  });
  reasons = [];
  t.like(await get(server, '/readyz?verbose'), { status: 200, text: 'ok\n' });
});

test('liveness fails for a reason of the program and for a stuck event loop', async (t) => {
  const reasons: string[] = [];
  await using server = await createProbeServer({
    listen: '127.0.0.1:0',
    ready: () => [],
    live: () => reasons,
    // A busy machine is late as well, but not by as much as this test stands still.
    maxLagMs: 2_000,
  });
  t.is((await get(server, '/livez')).status, 200);
  reasons.push('worker pool lost');
  t.like(await get(server, '/livez'), { status: 503, text: 'worker pool lost\n' });
  reasons.pop();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_500);
  const stuck = await get(server, '/livez');
  t.is(stuck.status, 503);
  t.regex(stuck.text, /event loop was stuck for \d+ ms/);
});

test('metrics come in the content type of the registry; other paths are 404', async (t) => {
  const registry = createRegistry();
  new Counter({ name: 'things_total', help: 'Things', registers: [registry] }).inc(2);
  await using server = await createProbeServer({ listen: '127.0.0.1:0', ready: () => [], registry });
  const metrics = await get(server, '/metrics');
  t.is(metrics.type, registry.contentType);
  t.regex(metrics.text, /^things_total 2$/m);
  t.is((await get(server, '/other')).status, 404);
});

test('a port in use is an error of the caller', async (t) => {
  await using server = await createProbeServer({ listen: '127.0.0.1:0', ready: () => [] });
  await t.throwsAsync(createProbeServer({ listen: `127.0.0.1:${server.port}`, ready: () => [] }), {
    code: 'EADDRINUSE',
  });
});
