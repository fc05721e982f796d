import test from 'ava';
import fc from 'fast-check';
import { digestOf } from '../../src/digest.ts';
import { captureManifestBytes, parseCaptureManifest } from '../../src/manifest/captureManifest.ts';
import { type Evidence, nextRevision } from '../../src/manifest/nextRevision.ts';
import type { ManifestRecord } from '../../src/store/captureLedger.ts';

const capture = { namespace: 'sre', name: 'slow-rail-3', uid: '7d1f9d3a-3f43-4c86-9a3e-52a3a9a3b1c2' };

function record(pciAddress: string, content = pciAddress): ManifestRecord {
  const digest = digestOf(Buffer.from(content));
  return { pciAddress, digest, sizeBytes: 10, state: 'Succeeded', totalBytes: 100, storedBytes: 20 };
}

function seal(evidence: Evidence, last?: Parameters<typeof nextRevision>[1]) {
  const manifest = nextRevision(evidence, last);
  return manifest && { manifest, digest: digestOf(captureManifestBytes(manifest)) };
}

const evidence: Evidence = {
  capture,
  nodes: [
    { name: 'gpu-b', state: 'Failed', reason: 'AgentMissing' },
    { name: 'gpu-a', state: 'Succeeded' },
  ],
  manifests: [
    { node: 'gpu-a', manifest: record('0000:83:00.0') },
    { node: 'gpu-a', manifest: record('0000:03:00.0') },
  ],
};

test('the first seal is revision 1, sorted, with the sum of all bytes', (t) => {
  const first = nextRevision(evidence, undefined);
  t.like(first, { revision: 1, totalBytes: 200 });
  t.false('previous' in (first ?? {}));
  t.deepEqual(
    first?.nodes.map((node) => node.name),
    ['gpu-a', 'gpu-b'],
  );
  t.deepEqual(
    first?.devices.map((device) => device.pciAddress),
    ['0000:03:00.0', '0000:83:00.0'],
  );
});

test('the same evidence needs no new revision, in whatever order it comes', (t) => {
  const first = seal(evidence);
  const shuffled = { ...evidence, nodes: evidence.nodes.toReversed(), manifests: evidence.manifests.toReversed() };
  t.is(nextRevision(shuffled, first), undefined);
});

test('a late device, a newer manifest or another node state is a revision that names the one before', (t) => {
  const first = seal(evidence);
  for (const changed of [
    { ...evidence, manifests: [...evidence.manifests, { node: 'gpu-b', manifest: record('0000:17:00.0') }] },
    {
      ...evidence,
      manifests: [{ node: 'gpu-a', manifest: record('0000:83:00.0', 'newer') }, ...evidence.manifests.slice(1)],
    },
    { ...evidence, nodes: [{ name: 'gpu-a', state: 'Partial' as const }] },
  ]) {
    t.like(nextRevision(changed, first), { revision: 2, previous: first?.digest });
  }
});

test('whatever is sealed can be read again', (t) => {
  const node = fc.constantFrom('gpu-a', 'gpu-b', 'gpu-a.example', 'gpu-a-1');
  const manifests = fc.array(
    fc.record({
      node,
      manifest: fc.constantFrom('0000:03:00.0', '0000:83:00.0', '0001:03:00.1').map((pci) => record(pci)),
    }),
  );
  const nodes = fc.array(fc.record({ name: node, state: fc.constantFrom('Succeeded' as const, 'Failed' as const) }));
  fc.assert(
    fc.property(manifests, nodes, (manifests, nodes) => {
      const first = seal({ capture, nodes, manifests });
      t.deepEqual(parseCaptureManifest(captureManifestBytes(first!.manifest)), first!.manifest);
      t.is(nextRevision({ capture, nodes, manifests }, first), undefined);
    }),
  );
});
