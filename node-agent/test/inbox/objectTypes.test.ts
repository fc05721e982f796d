import type { ObjectRequest } from '@nicdiag/api';
import { CAPTURE_SPEC_SCHEMA } from '@nicdiag/api/capture-schema';
import { allObjectTypes } from '@nicdiag/mlx5/prm';
import test from 'ava';

interface Schema {
  readonly enum?: readonly string[];
  readonly items: Schema;
  readonly properties: Readonly<Record<string, Schema>>;
}

test('a capture may ask for the object types that the library has, and for no other', (t) => {
  const capture = CAPTURE_SPEC_SCHEMA as Schema;
  const collector = capture.properties['collectors']!.items;
  const object = collector.properties['objectDump']!.properties['objects']!.items;
  t.deepEqual(object.properties['type']!.enum, [...allObjectTypes().keys()]);
  t.true(allObjectTypes().has('QP' satisfies ObjectRequest['type']));
});
