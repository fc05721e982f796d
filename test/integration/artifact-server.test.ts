import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { zstdCompressSync } from 'node:zlib';
import { deviceManifestBytes, digestOf, hexOf } from '@nicdiag/artifacts';
import anyTest, { type TestFn } from 'ava';
import {
  blobOf,
  createCapture,
  manifestOf,
  refusedWith,
  type Serving,
  startServing,
} from './artifact-server/serving.ts';

/** Ingest and seal of the artifact server, with the tokens that agents and operator will have. */
const test = anyTest as TestFn<Serving & AsyncDisposable>;
const { signal } = new AbortController();

test.before(async (t) => {
  t.timeout(600_000);
  t.context = await startServing();
});
test.after.always((t) => t.context[Symbol.asyncDispose]?.());

test('a blob that is uploaded is there; the second time nothing is sent', async (t) => {
  const { agentToken, client } = t.context;
  const capture = await createCapture(t.context, 'uploads');
  const agent = client(agentToken('gpu-a'));
  const target = { captureUid: capture.uid, node: 'gpu-a' };
  const blob = await blobOf(t.context, randomBytes(3_000_000));
  t.is(await agent.putBlob(target, blob, { signal }), 'stored');
  t.is(await agent.putBlob(target, blob, { signal }), 'present');
});

test('wrong, truncated and padded blobs are refused with what is wrong, then the right one is taken', async (t) => {
  const { agentToken, client } = t.context;
  const capture = await createCapture(t.context, 'corrupt');
  const agent = client(agentToken('gpu-a'));
  const target = { captureUid: capture.uid, node: 'gpu-a' };
  const content = Buffer.alloc(10_000, 'right');
  const right = zstdCompressSync(content);
  for (const [stored, message] of [
    [
      zstdCompressSync(Buffer.alloc(10_000, 'wrong')),
      /^the upload of sha256:\w+ \(10000 bytes\) holds sha256:\w+ \(10000 bytes\)$/,
    ],
    [right.subarray(0, right.byteLength - 5), /is damaged: the zstd data ends within a frame/],
    [Buffer.concat([right, right]), /is damaged: bytes follow the end of the zstd frame/],
    [zstdCompressSync(Buffer.alloc(20_000_000)), /is damaged: it holds more than the 10000 bytes declared/],
  ] as const) {
    const blob = await blobOf(t.context, content, stored);
    await refusedWith(t, agent.putBlob(target, blob, { signal }), 'BlobCorrupt', message);
  }
  t.is(await agent.putBlob(target, await blobOf(t.context, content), { signal }), 'stored');
});

test('an upload that was cut goes on where it stopped', async (t) => {
  const { agentToken, client, stack } = t.context;
  const capture = await createCapture(t.context, 'resumed');
  const content = randomBytes(2_000_000);
  const blob = await blobOf(t.context, content);
  const stored = await readFile(blob.path);
  const ca = await readFile(stack.artifactServer.caFile);
  const path = `/v1/captures/${capture.uid}/nodes/gpu-a/blobs/${hexOf(blob.digest)}`;
  const headers = { authorization: `Bearer ${agentToken('gpu-a')}` };
  const send = (method: string, more: Record<string, string | number>) =>
    httpsRequest(new URL(path, stack.artifactServer.url), { method, ca, headers: { ...headers, ...more } });
  const received = () =>
    new Promise<number>((resolve, reject) => {
      const head = send('HEAD', {});
      head
        .on('response', (answer) => resolve(Number(answer.headers['x-nicdiag-received'])))
        .on('error', reject)
        .end();
    });

  const cut = send('PUT', {
    'content-range': `bytes 0-${stored.byteLength - 1}/${stored.byteLength}`,
    'content-length': stored.byteLength,
    'x-nicdiag-size': content.byteLength,
  });
  cut.on('error', () => undefined);
  cut.write(stored.subarray(0, 1_000_000));
  while ((await received()) < 1_000_000);
  // The cut connection is still open for the server: the newer one takes over.
  const agent = client(agentToken('gpu-a'));
  t.is(await agent.putBlob({ captureUid: capture.uid, node: 'gpu-a' }, blob, { signal }), 'stored');
  cut.destroy();
});

test('an agent uploads for its own node only, with its projected token only, what was asked of it only', async (t) => {
  const { agentToken, client, cluster, operatorToken } = t.context;
  const capture = await createCapture(t.context, 'own-node', ['gpu-a']);
  const blob = await blobOf(t.context, randomBytes(100));
  const put = (token: string, captureUid: string, node: string) =>
    client(token).putBlob({ captureUid, node }, blob, { signal });
  const account = { namespace: 'nicdiag-agent', serviceAccount: 'nicdiag-agent' };
  const unbound = await cluster.boundToken({ ...account, audiences: ['nicdiag-artifacts'] });
  const forApiServer = await cluster.boundToken({ ...account, pod: await podOf(t.context) });

  await refusedWith(
    t,
    put(agentToken('gpu-b'), capture.uid, 'gpu-a'),
    'NotYourNode',
    /^the agent on gpu-b may not upload for node gpu-a$/,
  );
  await refusedWith(
    t,
    put(unbound.token, capture.uid, 'gpu-a'),
    'Forbidden',
    /no node claim: use the token projected into the agent's Pod/,
  );
  await refusedWith(
    t,
    put(forApiServer.token, capture.uid, 'gpu-a'),
    'Unauthenticated',
    /use a token with the audience nicdiag-artifacts/,
  );
  await refusedWith(
    t,
    put('not-a-token', capture.uid, 'gpu-a'),
    'Unauthenticated',
    /the API server does not accept the token/,
  );
  await refusedWith(
    t,
    put(operatorToken, capture.uid, 'gpu-a'),
    'Forbidden',
    /nicdiag-operator may not upload: only system:serviceaccount:nicdiag-agent:nicdiag-agent may/,
  );
  await refusedWith(
    t,
    put(agentToken('gpu-b'), capture.uid, 'gpu-b'),
    'NotTargeted',
    /own-node asked nothing of node gpu-b/,
  );
  await refusedWith(
    t,
    put(agentToken('gpu-a'), '00000000-0000-4000-8000-000000000000', 'gpu-a'),
    'CaptureNotFound',
    /no DiagnosticCapture with UID/,
  );
  t.is(await put(agentToken('gpu-a'), capture.uid, 'gpu-a'), 'stored');
});

test('a capture holds no more than its maxBytesTotal', async (t) => {
  const { agentToken, client } = t.context;
  const capture = await createCapture(t.context, 'limited', ['gpu-a'], { limits: { maxBytesTotal: '10Ki' } });
  const agent = client(agentToken('gpu-a'));
  const target = { captureUid: capture.uid, node: 'gpu-a' };
  const first = await blobOf(t.context, Buffer.alloc(8_000, 'a'));
  const second = await blobOf(t.context, Buffer.alloc(8_000, 'b'));
  await agent.putBlob(target, first, { signal });
  await refusedWith(
    t,
    agent.putBlob(target, second, { signal }),
    'LimitExceeded',
    /holds 8000 bytes; 8000 more would exceed its limits.maxBytesTotal of 10240/,
  );
  t.is(await agent.putBlob(target, await blobOf(t.context, Buffer.alloc(2_000, 'c')), { signal }), 'stored');
});

test('a blob that was sent several times at once counts once', async (t) => {
  const { agentToken, client } = t.context;
  const capture = await createCapture(t.context, 'hasty', ['gpu-a'], { limits: { maxBytesTotal: '10Ki' } });
  const agent = client(agentToken('gpu-a'));
  const target = { captureUid: capture.uid, node: 'gpu-a' };
  const blob = await blobOf(t.context, randomBytes(8_000));
  // The newest connection goes on; those before it may be cut.
  await Promise.allSettled(Array.from({ length: 5 }, () => agent.putBlob(target, blob, { signal })));
  await agent.putBlob(target, blob, { signal });
  t.is(await agent.putBlob(target, await blobOf(t.context, Buffer.alloc(2_000, 'c')), { signal }), 'stored');
});

test('a device manifest is taken when everything it names is there and it is for its path', async (t) => {
  const { agentToken, client } = t.context;
  const capture = await createCapture(t.context, 'manifests', ['gpu-a', 'gpu-b']);
  const agent = client(agentToken('gpu-a'));
  const target = { captureUid: capture.uid, node: 'gpu-a', pciAddress: '0000:03:00.0' };
  const blob = await blobOf(t.context, randomBytes(1000));
  const put = (manifest: Uint8Array, where = target) => agent.putDeviceManifest(where, manifest, { signal });
  const good = deviceManifestBytes(manifestOf(capture, 'gpu-a', { 'raw.bin': blob }));

  await refusedWith(
    t,
    put(good),
    'BlobMissing',
    /^regs\/raw.bin \(sha256:\w+\) has not been uploaded; upload it first$/,
  );
  await agent.putBlob(target, blob, { signal });
  await refusedWith(
    t,
    put(deviceManifestBytes(manifestOf(capture, 'gpu-b', { 'raw.bin': blob }))),
    'ManifestInvalid',
    /manifest.node is gpu-b, but it was sent for gpu-a/,
  );
  await refusedWith(
    t,
    put(good, { ...target, pciAddress: '0000:83:00.0' }),
    'ManifestInvalid',
    /manifest.device.pciAddress is 0000:03:00.0, but it was sent for 0000:83:00.0/,
  );
  await refusedWith(
    t,
    put(deviceManifestBytes(manifestOf(capture, 'gpu-a', { 'raw.bin': { ...blob, size: 5 } }))),
    'ManifestInvalid',
    /has 1000 bytes, the manifest says 5/,
  );
  await refusedWith(
    t,
    put(Buffer.from(JSON.stringify(manifestOf(capture, 'gpu-a', {})))),
    'ManifestInvalid',
    /canonical form/,
  );
  await refusedWith(t, put(Buffer.alloc(1024 * 1024 + 1)), 'LimitExceeded', /at most 1048576 bytes/);
  const receipt = { digest: digestOf(good), sizeBytes: good.byteLength, late: false };
  t.deepEqual(await put(good), receipt);
  t.deepEqual(await put(good), receipt);
});

test('another capture with the same content must bring it itself', async (t) => {
  const { agentToken, client } = t.context;
  const [one, two] = [await createCapture(t.context, 'same-one'), await createCapture(t.context, 'same-two')];
  const agent = client(agentToken('gpu-a'));
  const blob = await blobOf(t.context, randomBytes(1000));
  await agent.putBlob({ captureUid: one.uid, node: 'gpu-a' }, blob, { signal });
  const target = { captureUid: two.uid, node: 'gpu-a', pciAddress: '0000:03:00.0' };
  const manifest = deviceManifestBytes(manifestOf(two, 'gpu-a', { 'raw.bin': blob }));
  await refusedWith(t, agent.putDeviceManifest(target, manifest, { signal }), 'BlobMissing', /has not been uploaded/);
  t.is(await agent.putBlob(target, blob, { signal }), 'stored');
});

test('the operator seals; evidence that comes late makes a new revision of the seal', async (t) => {
  const { agentToken, client, operatorToken } = t.context;
  const capture = await createCapture(t.context, 'sealed', ['gpu-a', 'gpu-b']);
  const agent = client(agentToken('gpu-a'));
  const operator = client(operatorToken);
  const target = { captureUid: capture.uid, node: 'gpu-a', pciAddress: '0000:03:00.0' };
  const nodes = [
    { name: 'gpu-b', state: 'Failed' as const, reason: 'AgentMissing' },
    { name: 'gpu-a', state: 'Succeeded' as const },
  ];
  const blob = await blobOf(t.context, Buffer.alloc(1000, 'x'));
  await agent.putBlob(target, blob, { signal });
  await agent.putDeviceManifest(target, deviceManifestBytes(manifestOf(capture, 'gpu-a', { 'raw.bin': blob })), {
    signal,
  });

  await refusedWith(
    t,
    agent.seal(capture.uid, { nodes }, { signal }),
    'Forbidden',
    /nicdiag-agent may not seal: only system:serviceaccount:nicdiag-system:nicdiag-operator may/,
  );
  await refusedWith(t, operator.seal(capture.uid, {}, { signal }), 'NotSealed', /has not been sealed/);
  const sealed = await operator.seal(capture.uid, { nodes }, { signal });
  t.like(sealed, { revision: 1, devices: 1, totalBytes: 1000, storedBytes: blob.storedSize });
  t.deepEqual(await operator.seal(capture.uid, { nodes: nodes.toReversed() }, { signal }), sealed);

  const late = { ...target, pciAddress: '0000:83:00.0' };
  const lateManifest = deviceManifestBytes(manifestOf(capture, 'gpu-a', { 'raw.bin': blob }, late.pciAddress));
  t.deepEqual(await operator.seal(capture.uid, {}, { signal }), sealed);
  t.true((await agent.putDeviceManifest(late, lateManifest, { signal })).late);
  const again = await operator.seal(capture.uid, {}, { signal });
  t.like(again, { revision: 2, devices: 2, totalBytes: 2000 });
  t.not(again.digest, sealed.digest);
  t.deepEqual(await operator.seal(capture.uid, { nodes }, { signal }), again);
});

test('path tricks are refused before anything is looked up', async (t) => {
  const { agentToken, stack } = t.context;
  const capture = await createCapture(t.context, 'tricks');
  const ca = await readFile(stack.artifactServer.caFile);
  const ask = (method: string, path: string) =>
    new Promise<{ status: number; reason: string }>((resolve, reject) => {
      const { hostname, port } = new URL(stack.artifactServer.url);
      const headers = { authorization: `Bearer ${agentToken('gpu-a')}` };
      const sent = httpsRequest({ hostname, port, method, path, ca, headers }, async (answer) => {
        const text = (await Array.fromAsync(answer.setEncoding('utf8'))).join('');
        resolve({ status: answer.statusCode ?? 0, reason: (JSON.parse(text) as { reason: string }).reason });
      });
      sent.on('error', reject).end();
    });
  const base = `/v1/captures/${capture.uid}/nodes/gpu-a`;
  const sha = 'a'.repeat(64);
  for (const [method, path, expected] of [
    ['PUT', `${base}/blobs/../../../../etc/passwd`, 'BadRequest'],
    ['PUT', `${base}/blobs/..%2f..%2fetc%2fpasswd`, 'BadRequest'],
    ['PUT', `${base}/blobs/%2e%2e/${sha}`, 'BadRequest'],
    ['PUT', `${base}/blobs/${sha.toUpperCase()}`, 'BadRequest'],
    ['PUT', `${base}/blobs/${sha}%00`, 'BadRequest'],
    ['PUT', `/v1/captures/..%2f..%2fx/nodes/gpu-a/blobs/${sha}`, 'BadRequest'],
    ['PUT', `/v1/captures/${capture.uid}/nodes/..%2fgpu-b/blobs/${sha}`, 'BadRequest'],
    ['PUT', `/v1/captures/${capture.uid}/nodes/.hidden/blobs/${sha}`, 'BadRequest'],
    ['PUT', `/v1//captures/${capture.uid}/nodes/gpu-a/blobs/${sha}`, 'NotFound'],
    ['PUT', `${base}/devices/..%2f03:00.0/manifest`, 'BadRequest'],
    ['PUT', `${base}/blobs/%zz`, 'BadRequest'],
    ['GET', '/v1/namespaces/..%2fkube-system/captures/x/bundle', 'BadRequest'],
    ['GET', '/v1/namespaces/default/captures/x%2f..%2fy/bundle', 'BadRequest'],
    ['GET', '/../../etc/passwd', 'BadRequest'],
    ['DELETE', `${base}/blobs/${sha}`, 'MethodNotAllowed'],
    ['GET', '/', 'NotFound'],
  ] as const) {
    t.is((await ask(method, path)).reason, expected, `${method} ${path}`);
  }
});

async function podOf({ cluster }: Serving): Promise<{ readonly name: string; readonly uid: string }> {
  const { metadata } = await cluster.admin.object('GET', '/api/v1/namespaces/nicdiag-agent/pods/agent-gpu-a');
  return { name: metadata.name, uid: metadata.uid };
}
