import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import {
  DownloadError,
  downloadProgram,
  goArch,
  parseSums,
  probeReleases,
} from '../../src/binaries/officialRelease.ts';

const VERSIONS = { kubernetes: '1.36.3', etcd: '3.6.16', go: '1.26.0' };
const PROGRAM = 'the program';

/** Serves a release of Kubernetes; etcd's site answers 404. */
async function releaseSite(digest: string) {
  const path = `/k8s/v1.36.3/bin/linux/${goArch()}/kube-apiserver`;
  const server = createServer((request, response) => {
    if (request.url === path) return response.end(PROGRAM);
    if (request.url === `${path}.sha256`) return response.end(digest);
    return response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { server, sites: { kubernetes: `${base}/k8s`, etcd: `${base}/etcd` } };
}

const DIGEST = createHash('sha256').update(PROGRAM).digest('hex');

test('a program is downloaded and its published digest verified', async (t) => {
  const { server, sites } = await releaseSite(DIGEST);
  t.teardown(() => server.close());
  t.is(Buffer.from(await downloadProgram('kube-apiserver', VERSIONS, sites)).toString(), PROGRAM);
});

test('a program with another digest is refused', async (t) => {
  const { server, sites } = await releaseSite(DIGEST.replaceAll(/^./g, 'z'));
  t.teardown(() => server.close());
  await t.throwsAsync(downloadProgram('kube-apiserver', VERSIONS, sites), {
    instanceOf: DownloadError,
    message: /SHA-256/,
  });
});

test('each site is asked for itself: one that lacks the release counts as away', async (t) => {
  const { server, sites } = await releaseSite(DIGEST);
  t.deepEqual([...(await probeReleases(VERSIONS, sites))].sort(), [
    'kube-apiserver',
    'kube-controller-manager',
    'kube-proxy',
    'kube-scheduler',
    'kubectl',
    'kubelet',
  ]);
  await new Promise((resolve) => server.close(resolve));
  t.deepEqual([...(await probeReleases(VERSIONS, sites))], []);
});

test('a list of digests is read as sha256sum writes it', (t) => {
  const digest = 'a'.repeat(64);
  t.deepEqual(
    parseSums(`${digest}  etcd.tar.gz\n${digest} *other.zip\nno digest\n`),
    new Map([
      ['etcd.tar.gz', digest],
      ['other.zip', digest],
    ]),
  );
});
