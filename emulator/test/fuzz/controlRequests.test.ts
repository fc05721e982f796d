import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { fuzzing } from '../../../tools/src/fuzz/fuzzing.ts';
import { ControlError, parseControlRequest } from '../../src/control/controlRequest.ts';

const FIELDS = [
  'fault',
  'status',
  'syndrome',
  'ms',
  'errno',
  'offset',
  'xor',
  'device',
  'opcode',
  'register',
  'times',
  'bytes',
];
const WORDS = [
  'refuse',
  'delay',
  'hang',
  'errno',
  'corrupt',
  'length',
  'remove',
  'restore',
  'clear',
  'EIO',
  'PPCNT',
  '__proto__',
  'toString',
];

test('whatever a control request is, it is carried out or refused in a sentence', (t) => {
  const value = fc.oneof(fc.constantFrom(...WORDS), fc.nat(300), fc.boolean(), fc.jsonValue({ maxDepth: 2 }));
  const nearly = fc.dictionary(
    fc.constantFrom(...FIELDS, 'log', 'snapshot', 'populate', 'coreDump', 'health', 'afterCommands', '__proto__'),
    value,
    { noNullPrototype: true },
  );
  const text = fc.json({ maxDepth: 4 }).map((json): unknown => JSON.parse(json));
  fc.assert(
    fc.property(fc.oneof(nearly, text, value), (request) => {
      try {
        assert.equal(typeof parseControlRequest(request).kind, 'string');
      } catch (error) {
        assert.ok(error instanceof ControlError, String(error));
      }
      assert.deepEqual(Object.keys(Object.getOwnPropertyDescriptors({})), []);
    }),
    fuzzing(1000),
  );
  t.pass();
});
