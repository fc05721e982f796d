import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import test from 'ava';
import fc from 'fast-check';
import { fuzzing, fuzzTimeoutMs } from '../../../tools/src/fuzz/fuzzing.ts';
import { KubeError } from '../../src/kubeError.ts';
import type { KubeObject } from '../../src/objects.ts';
import { resource } from '../../src/resource.ts';
import { createServerClock } from '../../src/serverClock.ts';
import type { Transport } from '../../src/transport.ts';
import { streamWatch, type WatchEvent } from '../../src/watch.ts';

const configMaps = resource('v1', 'configmaps');

/** Answers a watch with these pieces of a stream, and is closed. */
function answering(pieces: readonly Uint8Array[]): Transport {
  return {
    clock: createServerClock(),
    send: async () => ({
      status: 200,
      headers: {},
      body: Readable.from(pieces.map((piece) => Buffer.from(piece))),
      text: async () => '',
      json: async () => ({}),
    }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

const strange = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(null, '', [], {}, -1, 'BOOKMARK', '__proto__'));
const metadata = fc.oneof(
  fc.record({ name: fc.string({ maxLength: 5 }), resourceVersion: fc.nat().map(String), managedFields: strange }),
  fc.record({ name: strange, resourceVersion: strange }, { requiredKeys: [] }),
  strange,
);
const event = fc.record(
  {
    type: fc.oneof(fc.constantFrom('ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'), strange),
    object: fc.oneof(fc.record({ metadata, spec: strange }), strange),
  },
  { requiredKeys: [] },
);
const failure = fc.record(
  {
    code: strange,
    reason: strange,
    message: strange,
    details: fc.oneof(strange, fc.record({ retryAfterSeconds: strange })),
  },
  { requiredKeys: [] },
);
const line = fc.oneof(
  failure.map((status) => JSON.stringify({ type: 'ERROR', object: { kind: 'Status', ...status } })),
  event.map((value) => JSON.stringify(value)),
  fc.json({ maxDepth: 3 }),
  fc.string({ maxLength: 30 }),
);
/** Whole lines and bytes, cut anywhere. */
const stream = fc.oneof(
  fc
    .array(line, { maxLength: 6 })
    .map((lines) => Uint8Array.from(Buffer.from(lines.map((text) => `${text}\n`).join('')))),
  fc.uint8Array({ maxLength: 200 }),
);

test('whatever an API server sends to a watch, it is an event with an object and a version, or an error with a code', async (t) => {
  t.timeout(fuzzTimeoutMs());
  await fc.assert(
    fc.asyncProperty(fc.tuple(stream, fc.array(fc.nat(200), { maxLength: 4 })), async ([bytes, cuts]) => {
      const edges = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].toSorted((a, b) => a - b);
      const pieces = edges.slice(1).map((end, at) => bytes.subarray(edges[at], end));
      const events: WatchEvent<KubeObject>[] = [];
      try {
        for await (const one of streamWatch(answering(pieces), configMaps, {})) events.push(one);
      } catch (error) {
        assert.ok(error instanceof KubeError, String(error));
        assert.equal(typeof error.code, 'string');
        assert.ok(error.message.length < 4000, `a message of ${error.message.length} characters`);
      }
      for (const one of events) {
        const version = one.type === 'BOOKMARK' ? one.resourceVersion : one.object.metadata.resourceVersion;
        assert.equal(typeof version, 'string');
        if (one.type !== 'BOOKMARK') assert.equal(typeof one.object.metadata.name, 'string');
      }
    }),
    fuzzing<[[Uint8Array, number[]]]>(500),
  );
  t.pass();
});
