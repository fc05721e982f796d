import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { dump } from 'js-yaml';
import { fuzzing, fuzzTimeoutMs, keptBytes } from '../../../tools/src/fuzz/fuzzing.ts';
import { parseCapture } from '../../src/capture/readCaptureFile.ts';
import { UsageError } from '../../src/exitCodes.ts';

const strange = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(null, '', [], {}, -1, '__proto__'));
const draft = fc.record(
  {
    apiVersion: fc.oneof({ weight: 4, arbitrary: fc.constant('nicdiag.dev/v1alpha1') }, strange),
    kind: fc.oneof({ weight: 4, arbitrary: fc.constant('DiagnosticCapture') }, strange),
    metadata: fc.oneof(fc.record({ name: fc.oneof(fc.string(), strange) }), strange),
    spec: fc.oneof(fc.dictionary(fc.string(), strange, { maxKeys: 3 }), strange),
  },
  { requiredKeys: ['apiVersion', 'kind'] },
);
/** YAML has anchors that refer to themselves, merges, tags, several documents. */
const pieces = fc
  .array(
    fc.constantFrom(
      '---\n',
      'a: &a\n',
      '  b: *a\n',
      '<<: *a\n',
      '- ',
      '? ',
      '!!binary ',
      '!!js/function ',
      '{',
      '[',
      '"',
      "'",
      '|\n',
      '\t',
      '#',
      '%YAML 9.9\n',
      '__proto__: {x: 1}\n',
      '2026-01-01\n',
    ),
    { maxLength: 12 },
  )
  .map((all) => all.join(''));
const text = fc.oneof(
  draft.map((value) => dump(value)),
  fc.tuple(draft, pieces).map(([value, more]) => `${dump(value)}${more}`),
  pieces,
  fc.string(),
);

test('whatever a capture file holds, it is a capture with a name and a spec, or an error that names the file', (t) => {
  t.timeout(fuzzTimeoutMs());
  const kept = keptBytes(new URL('./corpus/capture-file/', import.meta.url)).map((bytes): [string] => [
    Buffer.from(bytes).toString('utf8'),
  ]);
  fc.assert(
    fc.property(text, (yaml) => {
      try {
        const capture = parseCapture(yaml, 'capture.yaml');
        assert.equal(typeof (capture.metadata.name ?? capture.metadata.generateName), 'string');
        assert.equal(typeof capture.spec, 'object');
        // It is sent as JSON.
        assert.ok(JSON.stringify(capture).length < 10_000_000);
      } catch (error) {
        assert.ok(error instanceof UsageError, String(error));
        assert.match(error.message, /capture\.yaml/);
      }
      assert.equal(Object.getPrototypeOf({}), Object.prototype);
      assert.equal('x' in {}, false);
    }),
    fuzzing<[string]>(500, kept),
  );
  t.pass();
});
